package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceHttpClientsAutoConfiguration;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.LinkedHashMap;
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
import org.springframework.core.annotation.AliasFor;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** Settings and annotations that look like protection and would protect nothing. */
@ExtendWith(OutputCaptureExtension.class)
class WrongShapeTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ResilienceAutoConfiguration.class, ResilienceHttpClientsAutoConfiguration.class));

    static class Blank {

        @Fallback(method = "")
        public String order() {
            return "order";
        }
    }

    @Retention(RetentionPolicy.RUNTIME)
    @Fallback(method = "")
    @interface Recovered {

        @AliasFor(annotation = Fallback.class, attribute = "method")
        String by() default "";
    }

    static class Aliased {

        @Recovered
        public String order() {
            return "order";
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {Blank.class, Aliased.class})
    void fallbackWithoutAMethodShouldStopTheStart(Class<?> type) {
        runner.withBean(type)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining(type.getName() + ".order: @Fallback names no method"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "resilience.http-clients.pay.retry.max-attempts=4 | 'http-clients[pay].retry' has settings",
                "resilience.http-clients.pay.retry[0]=a | 'http-clients[pay].retry' is a list",
                "resilience.http-clients.pay.failure-statuses=5xx | 'pay' names no instance",
                "resilience.http-clients.pay.retry-methods=POST | 'pay' names no instance",
                "resilience.http-clients.pay[0].retry=a | 'resilience.http-clients[pay]' is a list",
                "resilience[0].retry.defaults.max-attempts=4 | 'resilience' is a list",
                "resilience.retry[0].defaults.max-attempts=4 | 'resilience.retry' is a list",
                "resilience.retry.defaults[0].max-attempts=4 | 'resilience.retry.defaults' is a list",
                "resilience.retry.instances[0].pay.max-attempts=4 | 'resilience.retry.instances' is a list",
                "resilience.retry.instances.pay[0].max-attempts=4 | 'resilience.retry.instances.pay' is a list",
                "resilience.retry.instances.pay[0]=max-attempts | 'resilience.retry.instances.pay' is a list",
                "resilience.retry.instances.pay.eu[0].max-attempts=4 | 'resilience.retry.instances.pay.eu' is a list",
                "resilience.listeners[0].pause-while-open=a | 'resilience.listeners' is a list",
                "resilience.fleet[0].enabled=true | 'resilience.fleet' is a list",
                "resilience.observations[0].enabled=true | 'resilience.observations' is a list",
                "resilience.order[0][0]=retry | is a list or has settings, but must be the key of a pattern",
                "resilience.order[0].retry=a | is a list or has settings, but must be the key of a pattern",
                "resilience.metrics[0].keyed=none | 'resilience.metrics' is a list",
                "resilience.order=retry | a single pattern has nothing to change its position with",
                "resilience.metrics.key=none | unknown key 'key' in 'resilience.metrics.key'",
                "resilience.metrics=none | 'resilience.metrics' has a value",
                "resilience.metrics.keyed.all=none | 'resilience.metrics.keyed' has settings",
                "resilience.observations.enable=true | unknown key 'enable' in 'resilience.observations.enable'",
                "resilience.observations=true | 'resilience.observations' has a value",
                "resilience.observations.enabled=ja | observations.enabled",
                "resilience.propagate-mdc.enabled=false | 'resilience.propagate-mdc' has settings",
                "resilience.validation.mode=warn | 'resilience.validation' has settings",
                "resilience.advice-mode.mode=aspectj | 'resilience.advice-mode' has settings",
                "resilience.enabled=maybe | resilience.enabled"
            })
    void settingOfAWrongShapeShouldStopTheStart(String property, String message) {
        runner.withPropertyValues(property)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining(message.replace("'http-clients", "'resilience.http-clients")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "no", "off", "0", "FALSE"})
    void switchShouldTakeEveryNotationOfFalse(String off) {
        runner.withPropertyValues("resilience.enabled=" + off).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(ResilienceRegistry.class)
                            .getOrCreate(CircuitBreaker.TYPE, "payments")
                            .isEnabled())
                    .isFalse();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"resilience.http-clients=", "resilience.metrics="})
    void sectionWithoutSettingsShouldBeIgnored(String property) {
        runner.withPropertyValues(property).run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @CsvSource({
        "retry.instances.x.max-attempts, retry.instances.x.maxAttempts",
        "retry.instances.x.maxAttempts, retry.instances.x.max-attempts",
        "retry.instances.x.max_attempts, retry.instances.x.maxAttempts",
        "retry.instances.x.max-attempts, retry.instances.[x].max-attempts",
        "retry.defaults.maxAttempts, retry.defaults.max-attempts"
    })
    void settingInTwoSpellingsShouldBeLogged(String first, String second, CapturedOutput output) {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("resilience." + first, 7);
        properties.put("resilience." + second, 8);
        properties.put("resilience.retry.instances.x.max-delay", "9s");
        runner.withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource("two", properties)))
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(output)
                            .containsOnlyOnce("'resilience." + first + "' and 'resilience." + second
                                    + "' are one setting in two spellings")
                            .contains("'resilience." + second + "' counts. Remove one of them.");
                    assertThat(context.getBean(ResilienceRegistry.class)
                                    .find(io.netrun.resilience.retry.Retry.TYPE, "x")
                                    .orElseThrow()
                                    .config()
                                    .maxAttempts())
                            .isEqualTo(8);
                });
    }

    @ParameterizedTest
    @CsvSource({
        "propagate-mdc, propagateMdc, false",
        "rateLimitHeaders, rate-limit-headers, false",
        "metrics.keyed, METRICS.keyed, false",
        "http-clients.prices.retry, httpClients.prices.retry, x",
        "http-clients.prices.failureStatuses, http-clients.prices.failure-statuses, 500"
    })
    void otherSettingInTwoSpellingsShouldBeLogged(String first, String second, String value, CapturedOutput output) {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("resilience." + first, value);
        properties.put("resilience." + second, value);
        runner.withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource("two", properties)))
                .run(context -> assertThat(output)
                        .containsOnlyOnce("'resilience." + first + "' and 'resilience." + second
                                + "' are one setting in two spellings")
                        .contains("only one of them counts. Remove one of them."));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"resilience.propagateMdc", "resilience.rateLimitHeaders", "resilience.metrics.resilience4J"})
    void globalSettingShouldHaveAnySpelling(String setting) {
        runner.withPropertyValues(setting + "=false")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @CsvSource({
        "RETRY_INSTANCES_X_MAXATTEMPTS, RETRY_INSTANCES_X_MAX_ATTEMPTS, 7",
        "CIRCUITBREAKER_INSTANCES_X_WINDOWSIZE, CIRCUIT_BREAKER_INSTANCES_X_WINDOW_SIZE, 7",
        "RETRY_DEFAULTS_MAXATTEMPTS, RETRY_DEFAULTS_MAX_ATTEMPTS, 7",
        "PROPAGATEMDC, PROPAGATE_MDC, false",
        "HTTPCLIENTS_PRICES_FAILURESTATUSES, HTTP_CLIENTS_PRICES_FAILURE_STATUSES, 500"
    })
    void variablesForOneSettingShouldBeLogged(String first, String second, String value, CapturedOutput output) {
        variables(first, second, value)
                .run(context -> assertThat(output)
                        .containsOnlyOnce("'RESILIENCE_" + first + "' and 'RESILIENCE_" + second
                                + "' are one setting in two spellings of the environment"));
    }

    @ParameterizedTest
    @CsvSource({
        "RETRY_INSTANCES_A_B_MAXATTEMPTS, RETRY_INSTANCES_AB_MAXATTEMPTS, 7",
        "RETRY_INSTANCES_X_MAXATTEMPTS, BULKHEAD_INSTANCES_X_MAXCONCURRENT, 7",
        "RETRY_INSTANCES_X_MAXATTEMPTS, RETRY_INSTANCES_Y_MAX_ATTEMPTS, 7"
    })
    void variablesForTwoSettingsShouldNotBeLogged(String first, String second, String value, CapturedOutput output) {
        variables(first, second, value).run(context -> assertThat(output).doesNotContain("two spellings"));
    }

    private ApplicationContextRunner variables(String first, String second, String value) {
        Map<String, Object> variables = new LinkedHashMap<>();
        variables.put("RESILIENCE_" + first, value);
        variables.put("RESILIENCE_" + second, value);
        return runner.withInitializer(context -> context.getEnvironment()
                .getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource("test-systemEnvironment", variables)));
    }

    @Test
    void settingOfSeveralSourcesShouldNotBeLogged(CapturedOutput output) {
        runner.withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(
                                new MapPropertySource("other", Map.of("resilience.retry.instances.x.maxAttempts", 8))))
                .withPropertyValues("resilience.retry.instances.x.max-attempts=7")
                .run(context -> assertThat(output).doesNotContain("in two spellings"));
    }

    @Test
    void valueWithoutUnitShouldCauseNoSecondProblem() {
        runner.withPropertyValues(
                        "resilience.retry.instances.payments.base-delay=50",
                        "resilience.retry.instances.payments.max-delay=500ms")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("base-delay")
                        .hasMessageNotContaining("at least"));
    }
}
