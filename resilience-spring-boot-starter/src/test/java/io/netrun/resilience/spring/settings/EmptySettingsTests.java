package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceHttpClientsAutoConfiguration;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** YAML has nothing as the value of a section whose keys are commented out, and of a key whose value was forgotten. */
class EmptySettingsTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ResilienceAutoConfiguration.class, ResilienceHttpClientsAutoConfiguration.class));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "resilience=",
                "resilience.retry=",
                "resilience.circuit-breaker=",
                "resilience.retry.defaults=",
                "resilience.retry.instances=",
                "resilience.retry.instances.payments=",
                "resilience.http-clients="
            })
    void sectionWithoutSettingsShouldBeTakenAsSuch(String property) {
        runner.withPropertyValues(property).run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "resilience.retry.instances.payments.max-attempts=",
                "resilience.retry.instances.payments.base-delay=",
                "resilience.retry.instances.payments.jitter=",
                "resilience.retry.instances.payments.backoff-multiplier=",
                "resilience.retry.instances.payments.exceptions=java.io.IOException,,",
                "resilience.timeout.instances.payments.duration=",
                "resilience.timeout.defaults.duration=",
                "resilience.timeout.instances.payments.interrupt="
            })
    void emptyValueShouldStopTheStart(String property) {
        String key = property.substring(property.lastIndexOf('.', property.indexOf('=')) + 1, property.indexOf('='));
        runner.withPropertyValues(property)
                .run(context -> assertThat(context)
                        .getFailure()
                        .isInstanceOf(ResilienceConfigurationException.class)
                        .hasMessageContaining(key));
    }

    @ParameterizedTest
    @ValueSource(strings = {"java.lang.String", "int", "java.lang.Exception[]", "java.io.IOException,,"})
    void listThatHasMoreThanExceptionsShouldStopTheStart(String exceptions) {
        runner.withPropertyValues("resilience.retry.instances.payments.exceptions=" + exceptions)
                .run(context -> assertThat(context)
                        .getFailure()
                        .isInstanceOf(ResilienceConfigurationException.class)
                        .hasMessageContaining("exceptions"));
    }
}
