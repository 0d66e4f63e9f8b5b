package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.KeyedPolicies;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;

/** Settings of one key of a family. */
@ExtendWith(OutputCaptureExtension.class)
class KeyedSettingsTests {

    private static final String SECTION = "resilience.circuit-breaker.instances[tenant:acme].";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
            .withInitializer(context -> threshold(context, 20));

    /** By a source of its own, since a pair of text would end its key at the colon. */
    private static void threshold(ConfigurableApplicationContext context, int value) {
        context.getEnvironment()
                .getPropertySources()
                .addFirst(new MapPropertySource("value-" + value, Map.of(SECTION + "failure-threshold", value)));
    }

    private static KeyedPolicies<CircuitBreaker> tenants(ResilienceRegistry registry) {
        return registry.keyed(
                CircuitBreaker.TYPE,
                "tenant",
                CircuitBreakerConfig.builder()
                        .openDuration(Duration.ofSeconds(30))
                        .build(),
                10);
    }

    @Test
    void sectionOfAKeyShouldKeepTheFamilysOtherSettings() {
        runner.run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            CircuitBreakerConfig acme = tenants(registry).get("acme").config();
            assertThat(acme.failureThreshold()).isEqualTo(20);
            assertThat(acme.openDuration()).hasSeconds(30);
        });
    }

    @Test
    void sectionOfAKeyShouldNotMatterWhoAsksFirst() {
        runner.run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            assertThat(registry.find(CircuitBreaker.TYPE, "tenant:acme")).isEmpty();
            assertThat(registry.all()).isEmpty();
            assertThat(tenants(registry).get("acme").config().openDuration()).hasSeconds(30);
        });
    }

    @Test
    void otherKeysShouldGoByTheFamilyAlone() {
        runner.run(context -> {
            CircuitBreakerConfig other = tenants(context.getBean(ResilienceRegistry.class))
                    .get("other")
                    .config();
            assertThat(other.failureThreshold())
                    .isEqualTo(CircuitBreakerConfig.defaults().failureThreshold());
            assertThat(other.openDuration()).hasSeconds(30);
        });
    }

    @Test
    void sectionOfAKeyShouldBeNoWarning(CapturedOutput output) {
        runner.run(context -> assertThat(output.getOut().lines().filter(line -> line.contains("tenant:acme")))
                .singleElement()
                .asString()
                .contains(" INFO ", "They apply when the family 'tenant' creates the instance of this key."));
    }

    @Test
    void wrongSectionOfAKeyShouldStopTheStart() {
        runner.withInitializer(context -> threshold(context, 0))
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("failure-threshold")
                        .hasMessageContaining("tenant:acme"));
    }
}
