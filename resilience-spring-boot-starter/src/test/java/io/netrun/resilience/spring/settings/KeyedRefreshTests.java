package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.KeyedPolicies;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.circuitbreaker.Detection;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceRefreshAutoConfiguration;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.core.env.MapPropertySource;

/** A refresh of the configuration is judged by what it changes. */
@ExtendWith(OutputCaptureExtension.class)
class KeyedRefreshTests {

    private static final String INSTANCES = "resilience.circuit-breaker.instances.";
    private static final String NOT_FOLLOWED = "The changed resilience configuration is not followed";

    /** Its detection contradicts a section with a failure threshold. */
    private static final CircuitBreakerConfig WINDOW = CircuitBreakerConfig.builder()
            .detection(Detection.TIME_WINDOW)
            .windowDuration(Duration.ofSeconds(10))
            .build();

    private final Map<String, Object> properties =
            new HashMap<>(Map.of("resilience.retry.instances.pay.max-attempts", 3));

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ResilienceAutoConfiguration.class, ResilienceRefreshAutoConfiguration.class))
            .withInitializer(context -> context.getEnvironment()
                    .getPropertySources()
                    .addFirst(new MapPropertySource("changed", properties)))
            .withBean(Payments.class);

    static class Payments {

        @io.netrun.resilience.annotation.Retry(name = "pay")
        public void pay() {
            // Only its annotation matters.
        }
    }

    private void refresh(AssertableApplicationContext context, String key, Object value) {
        properties.put(key, value);
        context.publishEvent(new EnvironmentChangeEvent(context, Set.of(key)));
    }

    /** Changes a setting that has nothing to do with the rest. */
    private void refreshOther(AssertableApplicationContext context, int attempts) {
        refresh(context, "resilience.retry.instances.pay.max-attempts", attempts);
        assertThat(find(context, Retry.TYPE, "pay").config().maxAttempts()).isEqualTo(attempts);
    }

    private static <P extends io.netrun.resilience.Policy> P find(
            AssertableApplicationContext context, PolicyType<P, ?> type, String name) {
        return context.getBean(ResilienceRegistry.class).find(type, name).orElseThrow();
    }

    private static KeyedPolicies<CircuitBreaker> family(
            AssertableApplicationContext context, CircuitBreakerConfig config) {
        return context.getBean(ResilienceRegistry.class).keyed(CircuitBreaker.TYPE, "tenant", config, 10);
    }

    @Test
    void sectionThatDoesNotApplyShouldNotStopOtherChanges(CapturedOutput output) {
        properties.put(INSTANCES + "tenant.failure-threshold", 2);
        runner.run(context -> {
            CircuitBreaker acme = family(context, WINDOW).get("acme");
            refreshOther(context, 7);
            refresh(context, "resilience.circuit-breaker.defaults.open-duration", "3s");
            refreshOther(context, 8);
            assertThat(acme.config()).isEqualTo(WINDOW);
            assertThat(output).doesNotContain(NOT_FOLLOWED).containsOnlyOnce("keep their settings from code");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"failure-threshold", "success-threshold"})
    void changeOfASectionThatDoesNotApplyShouldBeRejected(String key, CapturedOutput output) {
        properties.put(INSTANCES + "tenant.failure-threshold", 2);
        runner.run(context -> {
            family(context, WINDOW).get("acme");
            refresh(context, INSTANCES + "tenant." + key, 4);
            assertThat(output).contains(NOT_FOLLOWED);
        });
    }

    @Test
    void sectionThatContradictsCodeAfterARefreshShouldBeRejected(CapturedOutput output) {
        runner.run(context -> {
            CircuitBreaker acme = family(context, WINDOW).get("acme");
            refresh(context, INSTANCES + "tenant.failure-threshold", 2);
            assertThat(output).contains(NOT_FOLLOWED);
            assertThat(acme.config()).isEqualTo(WINDOW);
        });
    }

    @Test
    void correctedSectionShouldApply(CapturedOutput output) {
        properties.put(INSTANCES + "tenant.failure-threshold", 2);
        runner.run(context -> {
            CircuitBreaker acme = family(context, WINDOW).get("acme");
            properties.remove(INSTANCES + "tenant.failure-threshold");
            refresh(context, INSTANCES + "tenant.success-threshold", 4);
            assertThat(acme.config().successThreshold()).isEqualTo(4);
            assertThat(acme.config().detection()).isEqualTo(Detection.TIME_WINDOW);
            assertThat(output).doesNotContain(NOT_FOLLOWED);
        });
    }

    @Test
    void registeredInstanceShouldFollowItsCorrectedSection(CapturedOutput output) {
        properties.put(INSTANCES + "own.failure-threshold", 2);
        runner.run(context -> {
            CircuitBreaker own = CircuitBreaker.of("own", WINDOW);
            context.getBean(ResilienceRegistry.class).register(own);
            refreshOther(context, 7);
            assertThat(own.config()).isEqualTo(WINDOW);
            properties.remove(INSTANCES + "own.failure-threshold");
            refresh(context, INSTANCES + "own.success-threshold", 4);
            assertThat(own.config().successThreshold()).isEqualTo(4);
            assertThat(output).doesNotContain(NOT_FOLLOWED);
        });
    }

    @Test
    void customizerThatFailsForAKeyShouldNotStopOtherChanges(CapturedOutput output) {
        runner.withBean(ConfigCustomizer.class, () -> failing("tenant:acme")).run(context -> {
            family(context, WINDOW).get("acme");
            family(context, WINDOW).get("other");
            refreshOther(context, 7);
            refreshOther(context, 8);
            assertThat(output).doesNotContain(NOT_FOLLOWED).containsOnlyOnce("keep their settings from code");
        });
    }

    private static ConfigCustomizer<CircuitBreakerConfig> failing(String failingName) {
        return ConfigCustomizer.of(CircuitBreakerConfig.class, (name, config) -> {
            if (name.equals(failingName)) {
                throw new IllegalStateException("unknown: " + new Object()); // another message each time
            }
            return config;
        });
    }

    @Test
    void customizerThatFailsLaterShouldNotStopOtherChanges(CapturedOutput output) {
        properties.put(INSTANCES + "stock.failure-threshold", 2);
        AtomicReference<String> broken = new AtomicReference<>("");
        ConfigCustomizer<CircuitBreakerConfig> customizer = ConfigCustomizer.of(
                CircuitBreakerConfig.class,
                (name, config) -> failing(broken.get()).customize(name, config));
        runner.withBean(ConfigCustomizer.class, () -> customizer).run(context -> {
            broken.set("stock");
            refreshOther(context, 7);
            refreshOther(context, 8);
            assertThat(output).doesNotContain(NOT_FOLLOWED).containsOnlyOnce("It keeps its settings.");
            refresh(context, INSTANCES + "stock.failure-threshold", 3);
            assertThat(output).contains(NOT_FOLLOWED);
            assertThat(find(context, CircuitBreaker.TYPE, "stock").config().failureThreshold())
                    .isEqualTo(2);
        });
    }

    @Test
    void wrongSectionOfAFamilyWithoutKeysShouldBeRejected(CapturedOutput output) {
        properties.put(INSTANCES + "tenant.failure-threshold", 2);
        runner.run(context -> {
            family(context, CircuitBreakerConfig.defaults());
            refresh(context, INSTANCES + "tenant.failure-threshold", 0);
            assertThat(output).contains(NOT_FOLLOWED, "failureThreshold is 0");
        });
    }

    /** It has been accepted at the start, where the family did not exist. */
    @Test
    void keyThatContradictsItsFamilyShouldNotStopOtherChanges(CapturedOutput output) {
        properties.put(INSTANCES + "tenant.detection", "time-window");
        properties.put(INSTANCES + "[tenant:acme].window-size", 3);
        runner.run(context -> {
            KeyedPolicies<CircuitBreaker> tenants = family(context, CircuitBreakerConfig.defaults());
            refreshOther(context, 7);
            tenants.get("acme");
            refreshOther(context, 8);
            assertThat(output).doesNotContain(NOT_FOLLOWED).containsOnlyOnce("keep their settings from code");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"tenent", "[tenent:acme]"})
    void misspelledFamilyShouldBeRejected(String name, CapturedOutput output) {
        runner.run(context -> {
            family(context, CircuitBreakerConfig.defaults()).get("acme");
            refresh(context, "resilience.circuit-breaker.instances." + name + ".failure-threshold", 2);
            assertThat(output).contains(NOT_FOLLOWED, "Did you mean '");
        });
    }

    @Test
    void sectionOfAFamilyInUseShouldBeNoWarning(CapturedOutput output) {
        runner.run(context -> {
            CircuitBreaker acme =
                    family(context, CircuitBreakerConfig.defaults()).get("acme");
            refresh(context, INSTANCES + "tenant.failure-threshold", 2);
            refresh(context, INSTANCES + "[tenant:acme].success-threshold", 2);
            assertThat(acme.config().failureThreshold()).isEqualTo(2);
            assertThat(acme.config().successThreshold()).isEqualTo(2);
            refresh(context, INSTANCES + "[tenant:other].success-threshold", 2);
            assertThat(output)
                    .doesNotContain("is not in use")
                    .containsOnlyOnce("They apply when the family 'tenant' creates the instance of this key");
        });
    }

    @Test
    void sectionThatMayBeUsedLaterShouldBeNoWarning(CapturedOutput output) {
        runner.withBean(LateRequests.class, AnyId::new).run(context -> {
            refresh(context, INSTANCES + "stock.failure-threshold", 2);
            assertThat(output.getOut().lines().filter(line -> line.contains("'stock' has settings")))
                    .singleElement()
                    .asString()
                    .contains(" INFO ", "is not in use so far. A caller with this id uses it.");
        });
    }

    private static final class AnyId implements LateRequests {

        @Override
        public boolean mayRequest(PatternDescriptor<?, ?> pattern) {
            return true;
        }

        @Override
        public String requester() {
            return "A caller with this id";
        }
    }

    @Test
    void unusedSettingShouldNotBeLoggedAsApplied(CapturedOutput output) {
        properties.put(INSTANCES + "[tenant:acme].failure-threshold", 2);
        runner.run(context -> {
            KeyedPolicies<CircuitBreaker> tenants = family(context, CircuitBreakerConfig.defaults());
            tenants.get("acme");
            tenants.get("other");
            refresh(context, INSTANCES + "tenant.window-size", 6);
            assertThat(output)
                    .contains("'tenant:other' applied the changed configuration: [detection, windowSize]")
                    .doesNotContain("'tenant:acme' applied");
        });
    }

    @Test
    void spellingThatCountsForAnotherNameShouldBeRejected(CapturedOutput output) {
        runner.run(context -> {
            refresh(context, "resilience.retry.instances.p/ay.max-attempts", 9);
            assertThat(output).contains(NOT_FOLLOWED, "The key 'p/ay'", "counts for 'pay'");
            assertThat(find(context, Retry.TYPE, "pay").config().maxAttempts())
                    .isEqualTo(RetryConfig.defaults().maxAttempts());
        });
    }
}
