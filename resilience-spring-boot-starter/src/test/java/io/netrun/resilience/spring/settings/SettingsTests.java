package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.FailureMatcher;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.retry.Jitter;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.spring.ShopBeans.PaymentClient;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class SettingsTests {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    // ---- what wins

    @Test
    void instanceShouldWinOverAnnotation() {
        runner.withBean(PaymentClient.class)
                .withPropertyValues("resilience.retry.instances.payments.max-attempts=9")
                .run(context ->
                        assertThat(retry(context, "payments").maxAttempts()).isEqualTo(9));
    }

    @Test
    void annotationShouldWinOverDefaultsOfTheConfiguration() {
        runner.withBean(PaymentClient.class)
                .withPropertyValues(
                        "resilience.retry.defaults.max-attempts=9", "resilience.retry.defaults.max-delay=77s")
                .run(context -> {
                    assertThat(retry(context, "payments").maxAttempts()).isEqualTo(4);
                    assertThat(retry(context, "payments").maxDelay()).isEqualTo(Duration.ofSeconds(77));
                });
    }

    @Test
    void placeholderInAnnotationShouldBeResolved() {
        runner.withBean(PaymentClient.class)
                .withPropertyValues("shop.delay=17ms")
                .run(context ->
                        assertThat(retry(context, "payments").baseDelay()).isEqualTo(Duration.ofMillis(17)));
    }

    @Test
    void defaultsShouldBeBuiltInWhenNothingIsConfigured() {
        runner.withPropertyValues("resilience.bulkhead.instances.db.max-queue=3")
                .run(context -> assertThat(context.getBean(ResilienceRegistry.class)
                                .find(Bulkhead.TYPE, "db")
                                .orElseThrow()
                                .config()
                                .maxConcurrent())
                        .isEqualTo(10));
    }

    @Test
    void mistypedClassOfAListShouldBeNamed() {
        runner.withPropertyValues("resilience.retry.instances.x.exceptions[0]=java.io.IOExcption")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("is 'java.io.IOExcption', which cannot be read"));
    }

    // ---- all that is wrong at once

    @Test
    void valuesOutOfRangeShouldBeReportedWithTheirOrigins() {
        runner.withBean(Ranged.class)
                .withPropertyValues(
                        "resilience.retry.instances.ranged.max-attempts=0",
                        "resilience.retry.instances.ranged.backoff-multiplier=0.1",
                        "resilience.retry.defaults.max-duration=-1s")
                .run(context -> assertThat(((ResilienceConfigurationException) context.getStartupFailure()).problems())
                        .filteredOn(problem -> problem.description().contains("'ranged'")
                                || problem.description().startsWith("Defaults of Retry"))
                        .satisfiesExactlyInAnyOrder(
                                attempts -> {
                                    assertThat(attempts.description()).contains("maxAttempts is 0");
                                    assertThat(attempts.remedy())
                                            .contains("resilience.retry.instances[ranged].max-attempts (");
                                },
                                multiplier -> {
                                    assertThat(multiplier.description()).contains("backoffMultiplier is 0.1");
                                    assertThat(multiplier.remedy())
                                            .contains("resilience.retry.instances[ranged].backoff-multiplier (");
                                },
                                duration -> {
                                    assertThat(duration.description()).contains("maxDuration is PT-1S");
                                    assertThat(duration.remedy()).contains("resilience.retry.defaults.max-duration (");
                                },
                                delay -> {
                                    assertThat(delay.description()).contains("maxDelay is PT-5S");
                                    assertThat(delay.remedy()).contains("@Retry of Ranged.call");
                                }));
    }

    @Test
    void valueThatFailsOnlyBesideABadOneShouldNotBeReported() {
        runner.withPropertyValues(
                        "resilience.circuit-breaker.instances.x.open-duration=-1s",
                        "resilience.circuit-breaker.instances.x.max-open-duration=10s")
                .run(context -> assertThat(((ResilienceConfigurationException) context.getStartupFailure()).problems())
                        .singleElement()
                        .satisfies(problem -> assertThat(problem.description()).contains("openDuration is PT-1S")));
    }

    @Test
    void defaultsOutOfRangeShouldBeReportedBeforeAnyInstance() {
        runner.withPropertyValues(
                        "resilience.retry.defaults.max-attempts=0",
                        "resilience.bulkhead.defaults.max-queue=-1",
                        "resilience.retry.defaults.base-delay=1m")
                .run(context -> assertThat(((ResilienceConfigurationException) context.getStartupFailure()).problems())
                        .extracting(Problem::description)
                        .containsExactlyInAnyOrder(
                                "Defaults of Retry: maxAttempts is 0: must be at least 1",
                                "Defaults of Bulkhead: maxQueue is -1: must be between 0 and 1000000"));
    }

    static class Ranged {

        @Retry(name = "ranged", maxDelay = "-5s")
        public String call() {
            return "called";
        }
    }

    // ---- ways of writing

    @ParameterizedTest
    @CsvSource({"true, EQUAL", "false, NONE", "full, FULL", "DECORRELATED, DECORRELATED"})
    void jitterShouldBeWrittenAsModeOrAsTrueOrFalse(String written, Jitter jitter) {
        runner.withPropertyValues("resilience.retry.instances.x.jitter=" + written)
                .run(context -> assertThat(retry(context, "x").jitter()).isEqualTo(jitter));
    }

    @Test
    void exceptionsShouldBeWrittenAsAListOfClassNames() {
        runner.withPropertyValues(
                        "resilience.retry.instances.x.exceptions[0]=java.io.IOException",
                        "resilience.retry.instances.x.exceptions[1]=java.util.concurrent.TimeoutException")
                .run(context -> assertThat(retry(context, "x").exceptions())
                        .isEqualTo(FailureMatcher.ofEach(IOException.class, TimeoutException.class)));
    }

    @ParameterizedTest
    @CsvSource({"PaymentClient.chargeAsync", "[PaymentClient.chargeAsync]"})
    void nameWithDotShouldBeWrittenWithOrWithoutBrackets(String written) {
        runner.withBean(PaymentClient.class)
                .withPropertyValues("resilience.retry.instances." + written + ".max-attempts=8")
                .run(context -> assertThat(
                                retry(context, "PaymentClient.chargeAsync").maxAttempts())
                        .isEqualTo(8));
    }

    @Test
    void environmentVariableShouldReachAnInstanceWithADashInItsName() {
        runner.withBean(Dashed.class)
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new SystemEnvironmentPropertySource(
                                "test-systemEnvironment",
                                Map.of("RESILIENCE_RETRY_INSTANCES_PAYMENTAPI_MAXATTEMPTS", "6"))))
                .run(context -> {
                    assertThat(retry(context, "payment-api").maxAttempts()).isEqualTo(6);
                    assertThat(context.getBean(ResilienceRegistry.class).all()).hasSize(1);
                });
    }

    @Test
    void budgetOfTheSameNameShouldBeTheSameBudget() {
        runner.withPropertyValues(
                        "resilience.retry.instances.a.budget=downstream",
                        "resilience.retry.instances.b.budget=downstream",
                        "resilience.retry.instances.c.budget=other")
                .run(context -> {
                    assertThat(retry(context, "a").budget())
                            .isNotNull()
                            .isSameAs(retry(context, "b").budget())
                            .isNotSameAs(retry(context, "c").budget());
                });
    }

    @Test
    void customizerShouldHaveTheLastWord() {
        runner.withBean(PaymentClient.class)
                .withBean("lastWord", ConfigCustomizer.class, LastWord::new)
                .run(context ->
                        assertThat(retry(context, "payments").maxAttempts()).isEqualTo(42));
    }

    // ---- mistakes

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "resilience.retry.instances.x.max-attempts=0|Retry 'x': maxAttempts is 0: must be at least 1",
                "resilience.timeout.instances.x.duration=-5s|Timeout 'x': duration is PT-5S: must be above zero",
                "resilience.retry.instances.x.base-delay=soon|resilience.retry.instances[x].base-delay",
                "resilience.retry.instances.x.base-delay=soon|is 'soon', which cannot be read as a duration",
                "resilience.retry.instances.x.max-attempts=many|is 'many', which cannot be read as a whole number",
                "resilience.retry.instances.x.on-exhausted=ignore|Write one of wrap, rethrow",
                "resilience.retry.instances.x.jitter=wild|Write one of none, full, equal, decorrelated",
                "resilience.retry.instances.x.exceptions=no.such.Failure|which cannot be read as a list of exception classes",
                "resilience.retry.instances.x.max-attempt=3|unknown key 'max-attempt'",
                "resilience.retry.instances.x.max-attempt=3|Did you mean 'max-attempts'?",
                "resilience.circut-breaker.defaults.failure-threshold=3|Did you mean 'circuit-breaker'?",
                "resilience.retry.default.max-attempts=3|Did you mean 'defaults'?",
                "resilience.retry.instances.payments=3|has a value, but takes settings",
                "resilience.retry.instances.x.enabled=perhaps|is 'perhaps', which cannot be read as true or false",
                "resilience.retry.defaults.enabled=perhaps|is 'perhaps', which cannot be read as true or false",
                "resilience.circuit-breaker.instances.x.health=up|is 'up', which cannot be read as one of none, details, status",
                "resilience.circuit-breaker.defaults.health=up|is 'up', which cannot be read as one of none, details, status",
                "resilience.retry.instances.x.health=status|unknown key 'health'",
                "resilience.timeout.defaults.duration=soon|resilience.timeout.defaults.duration",
                "resilience.order=retry,tmeout|must contain known patterns only, each at most once",
                "resilience.order=retry,timeout,retry|must contain known patterns only, each at most once",
            })
    void mistakeShouldStopTheStartAndSayWhatAndHow(String property, String message) {
        runner.withPropertyValues(property)
                .run(context -> assertThat(NestedExceptionUtils.getMostSpecificCause(context.getStartupFailure()))
                        .isInstanceOf(ResilienceConfigurationException.class)
                        .hasMessageContaining(message));
    }

    @Test
    void mistakesShouldAllBeReportedTogether() {
        runner.withPropertyValues(
                        "resilience.retry.instances.x.max-attempts=0",
                        "resilience.timeout.instances.y.duration=0s",
                        "resilience.timeout.defaults.max-abandoned=many",
                        "resilience.bulkhead.instances.z.max-wait=soon",
                        "resilience.bulkhead.instances.z.max-concurrent=two",
                        "resilience.bulkhead.instances.z.max-quue=1")
                .withBean(Hidden.class)
                .run(context -> {
                    ResilienceConfigurationException failure =
                            (ResilienceConfigurationException) context.getStartupFailure();
                    assertThat(failure.problems())
                            .extracting(problem -> problem.description().replaceFirst("which can.*", ""))
                            .hasSize(7);
                });
    }

    @Test
    void privateMethodShouldBeRejected() {
        runner.withBean(Hidden.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("Hidden.secret is annotated with @Retry, but is private"));
    }

    @Test
    void contradictingAnnotationsOfOneNameShouldBeRejected() {
        runner.withBean(Contradiction.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("Retry 'same' has different settings in the annotations of"));
    }

    @Test
    void annotationWithoutSettingsShouldJoinTheOneWithSettings() {
        runner.withBean("aFirst", OnlyNames.class)
                .withBean("bSecond", SaysSettings.class)
                .run(context ->
                        assertThat(retry(context, "joint").maxAttempts()).isEqualTo(7));
    }

    @Test
    void startWithoutTransactionsAndMetricsShouldWork() {
        runner.withClassLoader(new FilteredClassLoader("org.springframework.transaction", "io.micrometer.core"))
                .withBean(PaymentClient.class)
                .run(context -> assertThat(context.getBean(PaymentClient.class).charge())
                        .isEqualTo("ok"));
    }

    private static RetryConfig retry(AssertableApplicationContext context, String name) {
        return context.getBean(ResilienceRegistry.class)
                .find(io.netrun.resilience.retry.Retry.TYPE, name)
                .orElseThrow()
                .config();
    }

    static class Dashed {

        @Retry(name = "payment-api")
        public void call() {
            // Only its annotation matters.
        }
    }

    static class Hidden {

        @Retry
        private void secret() {
            // Only its annotation matters.
        }

        void use() {
            secret();
        }
    }

    static class OnlyNames {

        @Retry(name = "joint")
        public void call() {
            // Only its annotation matters.
        }
    }

    static class SaysSettings {

        @Retry(name = "joint", maxAttempts = 7)
        public void call() {
            // Only its annotation matters.
        }
    }

    static class Contradiction {

        @Retry(name = "same", maxAttempts = 2)
        public void one() {
            // Only its annotation matters.
        }

        @Retry(name = "same", maxAttempts = 3)
        public void other() {
            // Only its annotation matters.
        }
    }

    private static final class LastWord implements ConfigCustomizer<RetryConfig> {

        @Override
        public Class<RetryConfig> configClass() {
            return RetryConfig.class;
        }

        @Override
        public RetryConfig customize(String name, RetryConfig config) {
            return config.toBuilder().maxAttempts(42).build();
        }
    }
}
