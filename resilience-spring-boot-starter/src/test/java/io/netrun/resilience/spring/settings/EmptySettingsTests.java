package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceHttpClientsAutoConfiguration;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.MapPropertySource;

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

    /** As Spring Boot 4 reads {@code {}} in YAML. */
    @ParameterizedTest
    @ValueSource(strings = {"retry.instances.paymnets", "retry.instances.payments", "retries", "retry.instances", "x"})
    void emptyMapShouldBeIgnored(String key) {
        runner.withBean(Client.class)
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource("yaml", Map.of("resilience." + key, Map.of()))))
                .run(context -> assertThat(context).hasNotFailed());
    }

    static class Client {

        @Retry(name = "payments")
        public void call() {
            // Only its annotation matters.
        }
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
