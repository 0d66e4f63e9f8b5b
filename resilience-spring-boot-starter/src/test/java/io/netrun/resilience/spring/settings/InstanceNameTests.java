package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.FailureMatcher;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** A section is for one instance: the one whose name is its key, character by character. */
class InstanceNameTests {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "payments:eu",
                "Payments_EU",
                "payments/eu",
                "paymentseu",
                "PaymentsEu",
                "payments.eu",
                "PAYMENTS-EU"
            })
    void sectionShouldNotBeForAnInstanceOfASimilarName(String name) {
        runner.withPropertyValues("resilience.circuit-breaker.instances.payments-eu.failure-threshold=77")
                .run(context -> {
                    assertThat(config(context, name).failureThreshold()).isEqualTo(5);
                    assertThat(config(context, "payments-eu").failureThreshold())
                            .isEqualTo(77);
                });
    }

    @Test
    void similarNamesShouldHaveSectionsOfTheirOwn() {
        runner.withPropertyValues(
                        "resilience.circuit-breaker.instances.payments-eu.failure-threshold=1",
                        "resilience.circuit-breaker.instances.paymentsEu.failure-threshold=2",
                        "resilience.circuit-breaker.instances.PAYMENTS_EU.failure-threshold=3",
                        "resilience.circuit-breaker.instances.[payments/eu].failure-threshold=4")
                .run(context -> {
                    assertThat(config(context, "payments-eu").failureThreshold())
                            .isEqualTo(1);
                    assertThat(config(context, "paymentsEu").failureThreshold()).isEqualTo(2);
                    assertThat(config(context, "PAYMENTS_EU").failureThreshold())
                            .isEqualTo(3);
                    assertThat(config(context, "payments/eu").failureThreshold())
                            .isEqualTo(4);
                    assertThat(context.getBean(ResilienceRegistry.class).all()).hasSize(4);
                });
    }

    @ParameterizedTest
    @CsvSource({
        "circuit-breaker,failure-threshold",
        "circuitBreaker,failureThreshold",
        "circuitbreaker,failurethreshold",
        "circuit_breaker,FAILURE_THRESHOLD"
    })
    void patternAndKeyShouldBeWrittenAsSpringBootAllows(String pattern, String key) {
        runner.withPropertyValues(
                        "resilience." + pattern + ".instances.payments." + key + "=6",
                        "resilience." + pattern + ".defaults." + key + "=7")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(config(context, "payments").failureThreshold()).isEqualTo(6);
                    assertThat(config(context, "other").failureThreshold()).isEqualTo(7);
                });
    }

    @Test
    void environmentVariableShouldWinOverABracketedName() {
        runner.withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new SystemEnvironmentPropertySource(
                                "test-systemEnvironment",
                                Map.of(
                                        "RESILIENCE_CIRCUITBREAKER_INSTANCES_PAYMENTCLIENT_CHARGE_FAILURETHRESHOLD",
                                        "6",
                                        "RESILIENCE_CIRCUITBREAKER_INSTANCES_PAYMENTCLIENT_CHARGE_EXCEPTIONS_0_",
                                        "java.io.IOException"))))
                .withPropertyValues(
                        "resilience.circuit-breaker.instances.[PaymentClient.charge].failure-threshold=9",
                        "resilience.circuit-breaker.instances.[PaymentClient.charge].success-threshold=2")
                .run(context -> {
                    CircuitBreakerConfig config = config(context, "PaymentClient.charge");
                    assertThat(config.failureThreshold()).isEqualTo(6);
                    assertThat(config.successThreshold()).isEqualTo(2);
                    assertThat(config.exceptions()).isEqualTo(FailureMatcher.ofEach(java.io.IOException.class));
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "resilience.circuit-breaker.instances.payments=",
                "resilience.circuit-breaker.instances.PaymentClient.charge=",
                "resilience.circuit-breaker.instances.[PaymentClient.charge]="
            })
    void emptySectionShouldBeASectionWithoutSettings(String property) {
        runner.withPropertyValues(property).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(ResilienceRegistry.class).all())
                    .singleElement()
                    .extracting(policy -> policy.name())
                    .isIn("payments", "PaymentClient.charge");
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "resilience.timeout.instances.x.duration=5|is '5', which cannot be read as a duration",
                "resilience.timeout.instances.x.duration=5|Write it with a unit, such as 500ms, 2s or PT1M",
                "resilience.timeout.instances.x.duration=0|is '0', which cannot be read as a duration",
                "resilience.timeout.defaults.duration=1000|is '1000', which cannot be read as a duration",
                "resilience.timeout.instances.x.duration=|duration (\"resilience.timeout.instances.x.duration\" from property source \"test\") is empty",
                "resilience.retry.instances.x.max-attempts=|is empty",
                "resilience.retry.instances.x.exceptions=java.io.IOException,,|an empty element is not one",
                "resilience.retry.instances.x.exceptions=java.lang.String|java.lang.String is not one",
                "resilience.retry.instances.x.exceptions[0]=java.io.IOExcption|is 'java.io.IOExcption'",
            })
    void valueThatMeansSomethingElseShouldStopTheStart(String property, String message) {
        runner.withPropertyValues(property)
                .run(context -> assertThat(context).getFailure().hasMessageContaining(message));
    }

    static class Unitless {

        @io.netrun.resilience.annotation.Timeout(name = "x", duration = "5")
        public void call() {
            // Only its annotation matters.
        }
    }

    @Test
    void durationOfAnAnnotationShouldHaveAUnit() {
        runner.withBean(Unitless.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("@Timeout of 'x': duration is '5', which cannot be read as a duration"));
    }

    private static CircuitBreakerConfig config(AssertableApplicationContext context, String name) {
        return context.getBean(ResilienceRegistry.class)
                .getOrCreate(CircuitBreaker.TYPE, name)
                .config();
    }
}
