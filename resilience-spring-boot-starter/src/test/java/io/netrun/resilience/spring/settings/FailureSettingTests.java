package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.FailureMatcher;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.retry.BackoffStrategy;
import io.netrun.resilience.retry.BeforeRetry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** What counts as a failure, in settings and annotations: classes, codes, and code of the application by name. */
@ExtendWith(OutputCaptureExtension.class)
class FailureSettingTests {

    private static final String RETRY = "resilience.retry.instances.x.";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
            .withPropertyValues("resilience.retry.defaults.base-delay=0s");

    /** An answer with an HTTP status. */
    public static class Answered extends RuntimeException {

        private final int status;

        public Answered(int status) {
            this.status = status;
        }

        public int status() {
            return status;
        }
    }

    /** Has the attributes of its annotation in configuration. */
    public static class Plain {

        private final AtomicInteger attempts = new AtomicInteger();

        public AtomicInteger attempts() {
            return attempts;
        }

        @Retry(name = "x", maxAttempts = 2)
        public Object call(Callable<?> body) throws Exception {
            attempts.incrementAndGet();
            return body.call();
        }
    }

    private static boolean retries(ApplicationContext context, Exception failure) {
        return attempts(context, () -> {
                    throw failure;
                })
                == 2;
    }

    private static int attempts(ApplicationContext context, Callable<?> body) {
        Plain bean = context.getBean(Plain.class);
        bean.attempts().set(0);
        catchThrowable(() -> bean.call(body));
        return bean.attempts().get();
    }

    private static RetryConfig config(ApplicationContext context) {
        return context.getBean(ResilienceRegistry.class)
                .find(io.netrun.resilience.retry.Retry.TYPE, "x")
                .orElseThrow()
                .config();
    }

    // ---- classes and codes

    @Test
    void exceptionsShouldMixClassesAndCodes() {
        runner.withBean(Plain.class)
                .withPropertyValues(
                        RETRY + "exceptions=java.io.IOException, http:5xx,sql:40001 ",
                        RETRY + "ignore-exceptions[0]=http:501",
                        RETRY + "ignore-exceptions[1]=java.io.FileNotFoundException")
                .run(context -> {
                    assertThat(config(context).exceptions()).hasToString("[java.io.IOException, http:5xx, sql:40001]");
                    assertThat(retries(context, new IOException())).isTrue();
                    assertThat(retries(context, new Answered(503))).isTrue();
                    assertThat(retries(context, new IllegalStateException(new SQLException("deadlock", "40001"))))
                            .isTrue();
                    assertThat(retries(context, new Answered(501))).isFalse();
                    assertThat(retries(context, new FileNotFoundException())).isFalse();
                    assertThat(retries(context, new Answered(404))).isFalse();
                    assertThat(retries(context, new RuntimeException(new IOException())))
                            .isFalse();
                });
    }

    @Test
    void causesShouldBeMatchedIfAsked() {
        runner.withBean(Plain.class)
                .withPropertyValues(RETRY + "exceptions=java.io.IOException", RETRY + "match-causes=true")
                .run(context -> assertThat(retries(context, new RuntimeException(new IOException())))
                        .isTrue());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "http:6xx | 'http:6xx' is no HTTP status: must be between 100 and 599, or a class from 1xx to 5xx",
                "htp:500 | 'htp:500' selects no failure: must be http:, sql: or grpc: with a code",
                "sql:4 | 'sql:4' is no SQL state",
                "grpc:DOWN | 'grpc:DOWN' is no gRPC status code",
            })
    void wrongCodeShouldStopTheStartWithARemedy(String code, String remedy) {
        runner.withBean(Plain.class)
                .withPropertyValues(RETRY + "exceptions=http:5xx," + code)
                .run(context -> {
                    Problem problem = problem(context.getStartupFailure());
                    assertThat(problem.description())
                            .contains(
                                    "resilience.retry.instances[x].exceptions",
                                    "is 'http:5xx," + code + "', which cannot be read as a list of exception classes"
                                            + " and codes");
                    assertThat(problem.remedy()).startsWith(remedy);
                });
    }

    @Test
    void wrongCodesAndClassesShouldBeReportedTogether() {
        runner.withPropertyValues(
                        "resilience.circuit-breaker.defaults.ignore-exceptions=java.lang.String,com.x.Y,http:0")
                .run(context -> assertThat(problem(context.getStartupFailure()).remedy())
                        .contains("java.lang.String is not one", "no com.x.Y", "'http:0' is no HTTP status"));
    }

    @Test
    void unknownClassShouldBeIgnoredOnRequest(CapturedOutput output) {
        ApplicationContextRunner shared = runner.withBean(Plain.class)
                .withPropertyValues(RETRY + "exceptions=com.shop.Sold, java.io.IOException");
        shared.run(context ->
                assertThat(problem(context.getStartupFailure()).remedy()).contains("there is no com.shop.Sold"));
        shared.withPropertyValues("resilience.unknown-exceptions=ignore").run(context -> {
            assertThat(retries(context, new IOException())).isTrue();
            assertThat(retries(context, new IllegalStateException())).isFalse();
            assertThat(config(context).exceptions()).hasToString("[com.shop.Sold, java.io.IOException]");
            assertThat(output).contains("names com.shop.Sold, which is not on the class path and matches no failure.");
        });
        shared.withPropertyValues("resilience.unknown-exceptions=perhaps")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .anyMatch(problem -> problem.remedy().contains("Write one of fail, ignore")));
    }

    // ---- annotations

    static class Annotated {

        private final AtomicInteger attempts = new AtomicInteger();

        public AtomicInteger attempts() {
            return attempts;
        }

        @Retry(
                name = "x",
                maxAttempts = 2,
                exceptions = IOException.class,
                matchers = {"http:5xx", "${code:http:429}"},
                ignoreMatchers = "http:501",
                failureDelays = "http:429=3ms",
                failure = "@notFinal",
                matchCauses = "true")
        @CircuitBreaker(name = "x", matchers = "http:5xx", failureResult = "@empty")
        public String call(Callable<String> body) throws Exception {
            attempts.incrementAndGet();
            return body.call();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Rules {

        final List<String> seen = Collections.synchronizedList(new ArrayList<>());

        @Bean
        Predicate<Throwable> notFinal() {
            return failure -> !"final".equals(failure.getMessage());
        }

        @Bean
        Predicate<String> empty() {
            return String::isEmpty;
        }

        @Bean
        Predicate<IOException> reset() {
            return failure -> "reset".equals(failure.getMessage());
        }

        @Bean
        @Lazy
        Predicate<Object> broken() {
            throw new IllegalStateException("broken bean");
        }

        @Bean
        BeforeRetry renew() {
            return (failure, attempt) -> seen.add("renewed after " + failure.getMessage() + " in " + attempt);
        }

        @Bean
        BackoffStrategy.Custom quick() {
            return (retry, failure) -> {
                seen.add("delay " + retry);
                return Duration.ZERO;
            };
        }

        /** Needs the bean whose failures it judges. */
        @Bean
        @Lazy
        Predicate<Throwable> circular(Plain plain) {
            return failure -> plain.attempts().get() > 0;
        }
    }

    @Test
    void annotationShouldTakeCodesAndCodeByName() {
        runner.withBean(Annotated.class).withUserConfiguration(Rules.class).run(context -> {
            Annotated bean = context.getBean(Annotated.class);
            assertThat(config(context).exceptions())
                    .containsExactly(
                            FailureMatcher.of(IOException.class),
                            FailureMatcher.of("http:5xx"),
                            FailureMatcher.of("http:429"));
            assertThat(config(context).ignoreExceptions()).hasToString("[http:501]");
            assertThat(config(context).failureDelays()).hasToString("[http:429=PT0.003S]");
            assertThat(config(context).failure()).hasToString("@notFinal");
            for (Exception failure :
                    List.of(new IllegalStateException(new IOException()), new Answered(503), new Answered(429))) {
                bean.attempts().set(0);
                catchThrowable(() -> bean.call(() -> {
                    throw failure;
                }));
                assertThat(bean.attempts()).hasValue(2);
            }
            for (Exception failure : List.of(new IOException("final"), new Answered(501), new SQLException())) {
                bean.attempts().set(0);
                catchThrowable(() -> bean.call(() -> {
                    throw failure;
                }));
                assertThat(bean.attempts()).hasValue(1);
            }
            var breaker = context.getBean(ResilienceRegistry.class)
                    .find(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "x")
                    .orElseThrow();
            long failed = breaker.metrics().totalFailed();
            bean.call(() -> "");
            bean.call(() -> null);
            assertThat(breaker.metrics().totalFailed()).isEqualTo(failed + 1);
        });
    }

    static class WrongCode {

        @Retry(name = "x", matchers = "http:teapot")
        public void call() {}
    }

    @Test
    void wrongCodeOfAnAnnotationShouldStopTheStart() {
        runner.withBean(WrongCode.class).run(context -> {
            Problem problem = problem(context.getStartupFailure());
            assertThat(problem.description()).contains("@Retry of 'x': exceptions is 'http:teapot'");
            assertThat(problem.remedy()).contains("'http:teapot' is no HTTP status: must be between 100 and 599");
        });
    }

    static class Differing {

        @Retry(name = "x", exceptions = IOException.class, matchers = "http:5xx")
        public void one() {}

        @Retry(name = "x", exceptions = IOException.class, matchers = "http:4xx")
        public void other() {}
    }

    @Test
    void contradictionShouldShowTheCodes() {
        runner.withBean(Differing.class)
                .run(context -> assertThat(problem(context.getStartupFailure()).description())
                        .contains("{java.io.IOException, http:5xx}", "{java.io.IOException, http:4xx}"));
    }

    // ---- code of the application

    /** Created by its name. */
    public static class OnlyReset implements Predicate<IOException> {

        private OnlyReset() {}

        @Override
        public boolean test(IOException failure) {
            return "reset".equals(failure.getMessage());
        }
    }

    @ParameterizedTest
    @CsvSource({"@reset", "io.netrun.resilience.spring.settings.FailureSettingTests$OnlyReset"})
    void predicateForAClassShouldLeaveOtherFailuresAlone(String name) {
        runner.withBean(Plain.class)
                .withUserConfiguration(Rules.class)
                .withPropertyValues(RETRY + "failure=" + name)
                .run(context -> {
                    assertThat(retries(context, new IOException("reset"))).isTrue();
                    assertThat(retries(context, new IOException("other"))).isFalse();
                    assertThat(retries(context, new SQLException())).isTrue();
                    assertThat(config(context).failure()).hasToString(name);
                });
    }

    @Test
    void predicateShouldDecideAboutResults() {
        runner.withBean(Plain.class)
                .withUserConfiguration(Rules.class)
                .withPropertyValues(RETRY + "failure-result=@empty")
                .run(context -> {
                    assertThat(attempts(context, () -> "")).isEqualTo(2);
                    assertThat(attempts(context, () -> "full")).isEqualTo(1);
                    assertThat(attempts(context, () -> 0)).isEqualTo(1);
                    assertThat(attempts(context, () -> null)).isEqualTo(1);
                });
    }

    @Test
    void beanThatCannotBeCreatedShouldLeaveItToTheClasses(CapturedOutput output) {
        runner.withBean(Plain.class)
                .withUserConfiguration(Rules.class)
                .withPropertyValues(RETRY + "failure=@broken", RETRY + "exceptions=java.io.IOException")
                .run(context -> {
                    assertThat(retries(context, new IOException())).isTrue();
                    assertThat(retries(context, new SQLException())).isFalse();
                    assertThat(output).contains("The failure predicate failed");
                });
    }

    @Test
    void predicateMayNeedTheBeanWhoseFailuresItJudges() {
        runner.withBean(Plain.class)
                .withUserConfiguration(Rules.class)
                .withPropertyValues(RETRY + "failure=@circular")
                .run(context -> assertThat(retries(context, new IOException())).isTrue());
    }

    @Test
    void hookAndBackoffShouldBeBeans() {
        runner.withBean(Plain.class)
                .withUserConfiguration(Rules.class)
                .withPropertyValues(RETRY + "before-retry=@renew", RETRY + "custom-backoff=@quick")
                .run(context -> {
                    assertThat(retries(context, new IOException("expired"))).isTrue();
                    assertThat(context.getBean(Rules.class).seen)
                            .containsExactly("delay 0", "renewed after expired in 1");
                    assertThat(config(context).beforeRetry()).hasToString("@renew");
                    assertThat(config(context).customBackoff()).hasToString("@quick");
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "failure=@rest | Did you mean '@reset'?",
                "failure=@nobody | Available beans: ",
                "failure=@renew | The bean of this name is not a java.util.function.Predicate",
                "failure=@empty | The predicate takes a java.lang.String, but is called with a java.lang.Throwable",
                "failure=reset | To name a bean, write '@reset'",
                "failure=com.shop.Rules | There is no class of this name. Write '@' and the name of a bean",
                "failure=java.lang.String | This class is not a java.util.function.Predicate",
                "before-retry=@reset | The bean of this name is not a io.netrun.resilience.retry.BeforeRetry",
                "failure-result=io.netrun.resilience.spring.settings.FailureSettingTests$NoConstructor"
                        + " | It cannot be created by a constructor without parameters",
                "failure-delays=http:429 | 'http:429' must be a failure and its base delay, such as http:429=5s",
                "failure-delays=http:429=soon | soon",
                "failure-delays=http:429=40s | Change it here",
                "failure-delays=http:7=1s | 'http:7' is no HTTP status",
            })
    void wrongNameShouldStopTheStartWithARemedy(String setting, String remedy) {
        String key = setting.substring(0, setting.indexOf('='));
        runner.withBean(Plain.class)
                .withUserConfiguration(Rules.class)
                .withPropertyValues(RETRY + setting)
                .run(context -> {
                    Problem problem = problem(context.getStartupFailure());
                    assertThat(problem.description().replace("failureDelays", "failure-delays"))
                            .contains(key);
                    assertThat(problem.remedy()).contains(remedy);
                });
    }

    /** Needs an argument. */
    public static class NoConstructor implements Predicate<Object> {

        public NoConstructor(String argument) {}

        @Override
        public boolean test(Object result) {
            return true;
        }
    }

    // ---- what is shown, and what operators may change

    @Test
    void originShouldBeTheSettingWithTheName() {
        runner.withBean(Plain.class)
                .withUserConfiguration(Rules.class)
                .withPropertyValues(RETRY + "failure=@reset", RETRY + "exceptions=http:5xx")
                .run(context -> {
                    PatternDescriptor<?, ?> pattern = PatternDescriptors.all().stream()
                            .filter(each -> each.key().equals("retry"))
                            .findFirst()
                            .orElseThrow();
                    var retry = context.getBean(ResilienceRegistry.class)
                            .find(io.netrun.resilience.retry.Retry.TYPE, "x")
                            .orElseThrow();
                    EffectiveSettings settings =
                            context.getBean(InstanceFactory.class).effectiveSettings();
                    assertThat(settings.origin(pattern, retry, "failure"))
                            .contains("resilience.retry.instances[x].failure");
                    assertThat(settings.origin(pattern, retry, "exceptions"))
                            .contains("resilience.retry.instances[x].exceptions");
                    RuntimeSettings operator = new RuntimeSettings(context.getBean(InstanceFactory.class));
                    for (String name : List.of("failure", "exceptions", "failureDelays", "beforeRetry")) {
                        assertThatThrownBy(() -> change(operator, pattern, retry, Map.of(name, "@reset")))
                                .isInstanceOf(ResilienceConfigurationException.class)
                                .hasMessageContaining("no setting '" + name + "' that can be changed at runtime");
                    }
                    change(operator, pattern, retry, Map.of("matchCauses", "true"));
                    assertThat(config(context).matchCauses()).isTrue();
                    assertThat(config(context).failure()).hasToString("@reset");
                });
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static void change(
            RuntimeSettings operator,
            PatternDescriptor<?, ?> pattern,
            io.netrun.resilience.retry.Retry retry,
            Map<String, String> changes) {
        operator.change((PatternDescriptor) pattern, retry, changes);
    }

    private static Problem problem(Throwable failure) {
        assertThat(problems(failure)).hasSize(1);
        return problems(failure).get(0);
    }

    private static List<Problem> problems(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof ResilienceConfigurationException wrong) {
                return wrong.problems();
            }
        }
        throw new AssertionError("The start did not fail with problems", failure);
    }
}
