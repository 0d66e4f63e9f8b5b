package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A registry that the application creates itself: its instances have the configured settings too. */
@ExtendWith(OutputCaptureExtension.class)
class OwnRegistryTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
            .withBean(ResilienceRegistry.class, OwnRegistryTests::registry)
            .withPropertyValues(
                    "resilience.circuit-breaker.instances.payments.failure-threshold=8",
                    "resilience.circuit-breaker.instances.off.enabled=false",
                    "resilience.circuit-breaker.instances.tenant.failure-threshold=9",
                    "resilience.retry.instances.client.max-attempts=4",
                    "resilience.circuit-breaker.defaults.success-threshold=2");

    private static ResilienceRegistry registry() {
        ResilienceRegistry registry = ResilienceRegistry.create();
        registry.getOrCreate(
                CircuitBreaker.TYPE,
                "payments",
                CircuitBreakerConfig.builder()
                        .openDuration(Duration.ofSeconds(7))
                        .build());
        return registry;
    }

    @Test
    void instanceShouldHaveTheConfiguredSettings() {
        runner.run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            CircuitBreakerConfig early =
                    registry.getOrCreate(CircuitBreaker.TYPE, "payments").config();
            assertThat(early.failureThreshold()).isEqualTo(8);
            assertThat(early.openDuration()).as("from code").hasSeconds(7);
            assertThat(registry.getOrCreate(CircuitBreaker.TYPE, "off").isEnabled())
                    .isFalse();
            assertThat(registry.getOrCreate(CircuitBreaker.TYPE, "other")
                            .config()
                            .successThreshold())
                    .isEqualTo(2);
        });
    }

    @Test
    void removedInstanceShouldComeBackWithTheConfiguredSettings() {
        runner.withBean(Client.class).run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            context.getBean(Client.class).call();
            for (int again = 0; again < 2; again++) {
                registry.remove(CircuitBreaker.TYPE, "payments");
                registry.remove(io.netrun.resilience.retry.Retry.TYPE, "client");
                CircuitBreakerConfig payments =
                        registry.getOrCreate(CircuitBreaker.TYPE, "payments").config();
                assertThat(payments.failureThreshold()).isEqualTo(8);
                assertThat(payments.successThreshold()).isEqualTo(2);
                context.getBean(Client.class).call();
                var retry = registry.find(io.netrun.resilience.retry.Retry.TYPE, "client")
                        .orElseThrow()
                        .config();
                assertThat(retry.maxAttempts()).isEqualTo(4);
                assertThat(retry.baseDelay()).as("of the annotation").hasMillis(3);
            }
        });
    }

    @Test
    void instanceOfAFamilyShouldHaveTheConfiguredSettings() {
        runner.run(context -> assertThat(context.getBean(ResilienceRegistry.class)
                        .keyed(CircuitBreaker.TYPE, "tenant", CircuitBreakerConfig.defaults(), 5)
                        .get("acme")
                        .config()
                        .failureThreshold())
                .isEqualTo(9));
    }

    @Test
    void instanceShouldBeSwitchedOffWithTheApplication() {
        runner.withPropertyValues("resilience.enabled=false").run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            assertThat(registry.getOrCreate(CircuitBreaker.TYPE, "payments").isEnabled())
                    .isFalse();
            assertThat(registry.getOrCreate(CircuitBreaker.TYPE, "later").isEnabled())
                    .isFalse();
        });
    }

    @Test
    void instancesOfItsBeanMethodShouldBeInUse(CapturedOutput output) {
        runner.withBean(Client.class)
                .withPropertyValues("resilience.circuit-breaker.instances.unused.failure-threshold=8")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(output)
                            .contains("CircuitBreaker 'unused' has settings")
                            .doesNotContain("CircuitBreaker 'payments' has settings");
                });
    }

    @Test
    void instancesOfItsBeanMethodShouldBeNoMisspelling() {
        runner.withBean(Similar.class).run(context -> assertThat(context).hasNotFailed());
    }

    static class Similar {

        @io.netrun.resilience.annotation.CircuitBreaker(name = "paymints")
        public void call() {
            // Only its annotation matters.
        }
    }

    @Test
    void wrongSettingsShouldStopTheStart() {
        runner.withPropertyValues("resilience.circuit-breaker.instances.payments.failure-threshold=0")
                .run(context -> assertThat(context).getFailure().hasMessageContaining("failureThreshold is 0"));
    }

    static class Client {

        @Retry(name = "client", baseDelay = "3ms")
        public void call() {}
    }
}
