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
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.PropertySource;

/** Sources that cannot list their names, such as JNDI. */
class UnlistedSourceTests {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "resilience.retry.instances.payment-api.max-attempts",
                "resilience.retry.instances[payment-api].max-attempts"
            })
    void settingOfAKnownNameShouldCount(String property) {
        run(new Unlisted(Map.of(property, "4")), 4);
    }

    @Test
    void settingShouldCountInAnApplication() {
        SpringApplication application = new SpringApplication(Application.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.addInitializers(context -> context.getEnvironment()
                .getPropertySources()
                .addFirst(new Unlisted(Map.of(
                        "resilience.retry.instances.payment-api.max-attempts", "4",
                        "resilience.retry.instances[payment-api].max-delay", "9s",
                        "resilience.retry.defaults.base-delay", "7ms"))));
        try (ConfigurableApplicationContext context = application.run()) {
            RetryConfig config = config(context);
            assertThat(config.maxAttempts()).isEqualTo(4);
            assertThat(config.maxDelay()).hasSeconds(9);
            assertThat(config.baseDelay()).hasMillis(7);
        }
    }

    private void run(PropertySource<?> source, int attempts) {
        runner.withBean(Api.class)
                .withInitializer(
                        context -> context.getEnvironment().getPropertySources().addFirst(source))
                .run(context -> assertThat(config(context).maxAttempts()).isEqualTo(attempts));
    }

    private static RetryConfig config(ApplicationContext context) {
        return context.getBean(ResilienceRegistry.class)
                .find(io.netrun.resilience.retry.Retry.TYPE, "payment-api")
                .orElseThrow()
                .config();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Named.call.max-attempts", "Named.call.maxAttempts"})
    void settingOfTheNameOfAMethodShouldCount(String key) {
        runner.withBean(Named.class)
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new Unlisted(Map.of("resilience.retry.instances." + key, "4"))))
                .run(context -> assertThat(
                                context.getBean(ResilienceRegistry.class).all(io.netrun.resilience.retry.Retry.TYPE))
                        .singleElement()
                        .satisfies(retry ->
                                assertThat(retry.config().maxAttempts()).isEqualTo(4)));
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

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(ResilienceAutoConfiguration.class)
    static class Application {

        @Bean
        Api api() {
            return new Api();
        }
    }

    static class Api {

        @Retry(name = "payment-api")
        public void call() {
            // Only its annotation matters.
        }
    }

    static class Named {

        @Retry
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
