package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.CompositePropertySource;
import org.springframework.core.env.PropertySource;

/** Sources that cannot list their names, such as JNDI. */
class UnlistedSourceTests {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "resilience.retry.instances.payment-api.max-attempts",
                "resilience.retry.instances[payment-api].max-attempts",
                "resilience.retry.instances.payment-api.maxAttempts",
                "resilience.retry.instances.[payment-api].max-attempts"
            })
    void settingOfAKnownNameShouldCount(String property) {
        run(new Unlisted(Map.of(property, "4")), 4);
    }

    @Test
    void settingInACompositeShouldCount() {
        CompositePropertySource composite = new CompositePropertySource("composite");
        composite.addPropertySource(new Unlisted(Map.of("resilience.retry.instances.payment-api.max-attempts", "4")));
        run(composite, 4);
    }

    private void run(PropertySource<?> source, int attempts) {
        runner.withBean(Api.class)
                .withInitializer(
                        context -> context.getEnvironment().getPropertySources().addFirst(source))
                .run(context -> {
                    RetryConfig config = context.getBean(ResilienceRegistry.class)
                            .find(io.netrun.resilience.retry.Retry.TYPE, "payment-api")
                            .orElseThrow()
                            .config();
                    assertThat(config.maxAttempts()).isEqualTo(attempts);
                });
    }

    @Test
    void wrongSettingOfAKnownNameShouldStopTheStart() {
        runner.withBean(Api.class)
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new Unlisted(Map.of("resilience.retry.instances.payment-api.max-attempts", "many"))))
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("is 'many', which cannot be read as a whole number"));
    }

    static class Api {

        @Retry(name = "payment-api")
        public void call() {
            // Only its annotation matters.
        }
    }

    private static final class Unlisted extends PropertySource<Object> {

        private final Map<String, Object> values;

        Unlisted(Map<String, Object> values) {
            super("unlisted", new Object());
            this.values = values;
        }

        @Override
        public Object getProperty(String name) {
            return values.get(name);
        }
    }
}
