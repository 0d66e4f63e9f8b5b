package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.FailureMatcher;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceHttpClientsAutoConfiguration;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** What a message about a wrong setting leads to. */
@ExtendWith(OutputCaptureExtension.class)
class SettingRemedyTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ResilienceAutoConfiguration.class, ResilienceHttpClientsAutoConfiguration.class));

    @Test
    void exceptionsShouldBeReportedWithAllWrongClasses() {
        runner.withPropertyValues("resilience.retry.instances.x.exceptions="
                        + "java.io.IOExceptoin, java.lang.String, java.io.IOException, com.shop.Sold,"
                        + " io.github.resilience4j.ratelimiter.RequestNotPermittd")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .singleElement()
                        .extracting(Problem::remedy)
                        .asString()
                        .contains(
                                "java.lang.String is not one",
                                "no java.io.IOExceptoin",
                                "no com.shop.Sold",
                                "no io.github.resilience4j.ratelimiter.RequestNotPermittd"));
    }

    @Test
    void exceptionOfAnotherLibraryShouldLeadToItsReplacement() {
        runner.withPropertyValues("resilience.retry.instances.x.exceptions=com.shop.Sold,"
                        + "org.springframework.retry.ExhaustedRetryException")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .singleElement()
                        .extracting(Problem::remedy)
                        .asString()
                        .contains(
                                "no com.shop.Sold",
                                "ExhaustedRetryException is replaced by"
                                        + " io.netrun.resilience.retry.RetryExhaustedException"));
    }

    @Test
    void exceptionsShouldBeReadFromAListAndFromAFile() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("resilience.retry.defaults.exceptions", List.of("java.io.IOException"));
        values.put("resilience.retry.defaults.ignore-exceptions", new Text("java.io.EOFException, java.lang.Error"));
        runner.withInitializer(context ->
                        context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("typed", values)))
                .withBean(Named.class)
                .withPropertyValues("used=x")
                .run(context -> {
                    RetryConfig config = context.getBean(io.netrun.resilience.ResilienceRegistry.class)
                            .find(io.netrun.resilience.retry.Retry.TYPE, "x")
                            .orElseThrow()
                            .config();
                    assertThat(config.exceptions()).isEqualTo(FailureMatcher.ofEach(IOException.class));
                    assertThat(config.ignoreExceptions())
                            .isEqualTo(FailureMatcher.ofEach(java.io.EOFException.class, Error.class));
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "retries.defaults.jitter=true | Did you mean 'retry'?",
                "circuitBreakers.defaults.open-duration=1s | Did you mean 'circuit-breaker'?",
                "rate-limiters.defaults.limit=1 | Did you mean 'rate-limiter'?",
                "retry.payments.max-attempts=3 | Write it under 'resilience.retry.instances'",
                "retry.value.max-attempts=3 | Write it under 'resilience.retry.instances'",
                "retry.defaults.payments.max-attempts=3 | Write it under 'resilience.retry.instances'",
                "retry.instances.x.budget.capacity=5 | Write a name directly after the key",
                "retry.instances.x.jitter.mode=full | Write one of none, full, equal, decorrelated directly",
                "retry.defaults.max-attempts.value=5 | Write a whole number directly after the key",
                "retry.instances.x.enabled.flag=no | directly after the key",
                "retry.defaults[0].max-attempts=5 | without the dash",
                "bulkhead.defaults.concurrency-limit=5 | Use 'max-concurrent'",
                "timeout.defaults.timeout=5s | Use 'duration'",
                "retry.defaults.initial-interval=5s | Use 'base-delay'",
                "http-clients.instances.pay.retry=pay | Write the client directly under 'resilience.http-clients'",
                "http-clients.defaults.retry=pay | Write them under each client",
                "http-clients.my.client.retry=pay | Write '[my.client]'",
                "http-clients[0].name=pay | in place of the dash"
            })
    void sectionInTheWrongPlaceShouldLeadToTheRightOne(String property, String remedy) {
        runner.withPropertyValues("resilience." + property)
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .singleElement()
                        .extracting(Problem::remedy)
                        .asString()
                        .contains(remedy));
    }

    @ParameterizedTest
    @ValueSource(strings = {"name=payments", "payments.max-attempts=3"})
    void listOfInstancesShouldBeReportedOnce(String element, CapturedOutput output) {
        runner.withPropertyValues(
                        "resilience.retry.instances[0]." + element,
                        "resilience.retry.instances[0].max-attempts=4",
                        "resilience.retry.instances[1].name=orders",
                        "resilience.retry.instances[1].max-attempts=4")
                .run(context -> {
                    assertThat(problems(context.getStartupFailure()))
                            .singleElement()
                            .satisfies(problem -> assertThat(problem.description())
                                    .contains("'resilience.retry.instances' is a list, but takes keys"));
                    assertThat(output).doesNotContain("is not in use");
                });
    }

    @Test
    void instanceMayHaveANumberAsItsName() {
        runner.withBean(Named.class)
                .withPropertyValues("used=0", "resilience.retry.instances[0].max-attempts=4")
                .run(context -> assertThat(context.getBean(io.netrun.resilience.ResilienceRegistry.class)
                                .find(io.netrun.resilience.retry.Retry.TYPE, "0")
                                .orElseThrow()
                                .config()
                                .maxAttempts())
                        .isEqualTo(4));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "resilience.retry.instances.x.max-attempts",
                "resilience.enabled",
                "resilience.order",
                "resilience.metrics.keyed"
            })
    void circularPlaceholderShouldNameTheCycle(String property) {
        runner.withPropertyValues(property + "=${a.b}", "a.b=${c.d}", "c.d=${a.b}")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining(property.replace("instances.x", "instances[x]"))
                        .hasStackTraceContaining("${a.b} -> ${c.d} -> ${a.b}"));
    }

    @Test
    void circularPlaceholderOfAClientShouldHideNoOther() {
        runner.withPropertyValues(
                        "resilience.http-clients.x.retry=${a.b}",
                        "a.b=${a.b}",
                        "resilience.timeout.defaults.duration=1")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .extracting(Problem::description)
                        .anyMatch(problem -> problem.contains("resilience.http-clients[x].retry")
                                && problem.contains("Circular placeholder reference 'a.b'"))
                        .anyMatch(problem -> problem.contains("duration")));
    }

    @Test
    void circularPlaceholderOfAnAnnotationShouldNameTheCycle() {
        runner.withBean(Named.class)
                .withPropertyValues("used=x", "delay=${c.d}", "c.d=${delay}")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasMessageContaining(
                                "baseDelay has placeholders that form a cycle: ${delay:1s} -> ${c.d} -> ${delay}"));
    }

    @Test
    void contradictionShouldNameTheSettingsAndTheValues() {
        runner.withBean(First.class)
                .withBean(Second.class)
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .singleElement()
                        .extracting(Problem::description)
                        .asString()
                        .contains("maxAttempts is 3 and 4", "maxDelay is not set and 9s")
                        .doesNotContain("baseDelay", "ignoreExceptions")
                        .contains("exceptions is {java.io.IOException} and {java.lang.Error}"));
    }

    @Test
    void orderOfExceptionsShouldBeNoContradiction() {
        runner.withBean(Ordered.class).run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void conflictWithADefaultShouldNameThePlaceOfTheOther() {
        runner.withPropertyValues("resilience.retry.instances.x.base-delay=40s")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .singleElement()
                        .extracting(Problem::remedy)
                        .asString()
                        .contains(
                                "change the conflicting setting: resilience.retry.instances[x].base-delay",
                                "from property source"));
    }

    @Test
    void unusedSectionShouldHaveItsPlace(CapturedOutput output) {
        runner.withPropertyValues("resilience.retry.instances.x.base-delay=4s")
                .run(context -> assertThat(output)
                        .contains("Retry 'x' has settings in the configuration"
                                + " (\"resilience.retry.instances.x.base-delay\" from property source \"test\")"));
    }

    // ---- environment variables

    @ParameterizedTest
    @CsvSource({
        "RESILIENCE_RETRY_INSTANCES_PAYMENT_API_MAXATEMPTS, RESILIENCE_RETRY_INSTANCES_PAYMENT_API_MAXATTEMPTS",
        "RESILIENCE_RETRY_INSTANCES_PAYMENTAPI_MAX_ATEMPTS, RESILIENCE_RETRY_INSTANCES_PAYMENTAPI_MAXATTEMPTS",
        "RESILIENCE_RETRY_DEFAULTS_EXCEPTION_0, RESILIENCE_RETRY_DEFAULTS_EXCEPTIONS",
        "RESILIENCE_RETRY_DEFAULTS_WAITDURATION, base-delay",
        "RESILIENCE_CIRCUITBREAKER_INSTANCES_PAYMENTAPI_OPENDURTION, _OPENDURATION",
        "RESILIENCE_CIRCUIT_BREAKER_INSTANCES_PAYMENTAPI_OPEN_DURTION, _OPENDURATION"
    })
    void unknownKeyOfAVariableShouldBeReported(String variable, String right) {
        runner.withBean(Api.class)
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new SystemEnvironmentPropertySource("systemEnvironment", Map.of(variable, "3"))))
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .singleElement()
                        .satisfies(problem -> {
                            assertThat(problem.description()).contains("'" + variable + "'");
                            assertThat(problem.remedy()).contains(right + "'");
                        }));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "RESILIENCE_PORT",
                "RESILIENCE_RETRY_PORT",
                "RESILIENCE_RETRY_DEFAULTS_SERVICE_HOST",
                "RESILIENCE_RETRY_DEFAULTS_PORT_8080_TCP_ADDR",
                "RESILIENCE_RETRY_INSTANCES_PAYMENT_API_PORT_80_TCP",
                "RESILIENCE_RETRY_INSTANCES_PAYMENTS_MAXATEMPTS",
                "RESILIENCE_RETRY_INSTANCES_PAYMENT_API_EU_MAXATTEMPTS",
                "RESILIENCE_RETRY_INSTANCES_PAYMENT_API_MAX_ATTEMPTS"
            })
    void variableThatMayBeAnothersShouldBeLeftAlone(String variable) {
        runner.withBean(Api.class)
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new SystemEnvironmentPropertySource("systemEnvironment", Map.of(variable, "3"))))
                .run(context -> assertThat(context).hasNotFailed());
    }

    private static List<Problem> problems(Throwable failure) {
        assertThat(failure).isInstanceOf(ResilienceConfigurationException.class);
        return ((ResilienceConfigurationException) failure).problems();
    }

    /** The content of a file, as a configuration tree has it. */
    private record Text(String text) implements CharSequence {

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    static class Named {

        @Retry(name = "${used}", baseDelay = "${delay:1s}")
        public void call() {
            // Only its annotation matters.
        }
    }

    static class Api {

        @Retry(name = "payment-api")
        @CircuitBreaker(name = "payment-api")
        public void call() {
            // Only its annotations matter.
        }
    }

    static class First {

        @Retry(name = "same", maxAttempts = 3, baseDelay = "1s", exceptions = IOException.class)
        public void call() {
            // Only its annotation matters.
        }
    }

    static class Second {

        @Retry(name = "same", maxAttempts = 4, baseDelay = "1000ms", maxDelay = "9s", exceptions = Error.class)
        public void call() {
            // Only its annotation matters.
        }
    }

    static class Ordered {

        @Retry(
                name = "ordered",
                exceptions = {IOException.class, Error.class})
        public void one() {
            // Only its annotation matters.
        }

        @Retry(
                name = "ordered",
                exceptions = {Error.class, IOException.class})
        public void other() {
            // Only its annotation matters.
        }
    }
}
