package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.KeyedPolicies;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.Subscription;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.MapPropertySource;

/** The settings of an instance that has left the registry, and returns to it. */
class ReturnedInstanceTests {

    private static final String SECTION = "resilience.circuit-breaker.instances.tenant.";
    private static final PatternDescriptor<CircuitBreaker, CircuitBreakerConfig> BREAKERS =
            PatternDescriptors.of(CircuitBreaker.TYPE);

    private final Map<String, Object> properties = new HashMap<>(Map.of(SECTION + "failure-threshold", 7));

    /** Runs a test with a family of one key, whose first instance is held. */
    private void run(Scenario test) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource("changed", properties)))
                .run(context -> test.accept(
                        context.getBean(InstanceFactory.class),
                        new Tenants(context.getBean(ResilienceRegistry.class))));
    }

    private interface Scenario {

        void accept(InstanceFactory instances, Tenants tenants) throws InterruptedException;
    }

    private static final class Tenants {

        private final ResilienceRegistry registry;
        private final KeyedPolicies<CircuitBreaker> family;
        private final CircuitBreaker held;

        Tenants(ResilienceRegistry registry) {
            this.registry = registry;
            this.family = registry.keyed(
                    CircuitBreaker.TYPE,
                    "tenant",
                    CircuitBreakerConfig.builder()
                            .openDuration(Duration.ofSeconds(30))
                            .build(),
                    1);
            this.held = family.get("held");
        }

        void evict() {
            family.get("other");
            assertThat(registry.find(CircuitBreaker.TYPE, "tenant:held")).isEmpty();
        }

        void takeBack() {
            assertThat(family.get("held")).isSameAs(held);
        }
    }

    @Test
    void returnedInstanceShouldHaveItsOrigins() {
        run((instances, tenants) -> {
            tenants.evict();
            tenants.takeBack();
            EffectiveSettings settings = instances.effectiveSettings();
            assertThat(settings.origin(BREAKERS, tenants.held, "failureThreshold"))
                    .startsWith(SECTION.substring(0, 10));
            assertThat(settings.origin(BREAKERS, tenants.held, "openDuration")).isEqualTo(ValueWithOrigin.CODE);
            assertThat(settings.origin(BREAKERS, tenants.held, "successThreshold"))
                    .isEqualTo(ValueWithOrigin.BUILT_IN);
        });
    }

    @Test
    void returnedInstanceShouldFollowARefresh() {
        run((instances, tenants) -> {
            tenants.evict();
            properties.put(SECTION + "failure-threshold", 9);
            properties.put(SECTION + "enabled", false);
            instances.rebind(true, List.of());
            assertThat(tenants.held.config().failureThreshold()).as("not yet").isEqualTo(7);
            tenants.takeBack();
            assertThat(tenants.held.config().failureThreshold()).isEqualTo(9);
            assertThat(tenants.held.isEnabled()).isFalse();
            properties.clear();
            instances.rebind(true, List.of());
            assertThat(tenants.held.config().failureThreshold())
                    .as("nothing counts as code")
                    .isEqualTo(CircuitBreakerConfig.defaults().failureThreshold());
            assertThat(tenants.held.isEnabled()).isTrue();
            assertThat(tenants.held.config().openDuration()).hasSeconds(30);
        });
    }

    @Test
    void returnedInstanceShouldBeEvictedAsBefore() {
        run((instances, tenants) -> {
            tenants.evict();
            properties.put(SECTION + "failure-threshold", 9);
            instances.rebind(true, List.of());
            tenants.takeBack();
            tenants.evict();
        });
    }

    /** Another thread delivers the events of the registry, and is still busy with an earlier one. */
    private static void whileEventsWait(ResilienceRegistry registry, Runnable changes) throws InterruptedException {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Subscription blocker = registry.onChange(event -> {
            if (event.policy().name().equals("blocker")) {
                busy.countDown();
                await().until(() -> release.getCount() == 0);
            }
        });
        Thread delivering = new Thread(() -> registry.register(Retry.of("blocker")));
        delivering.start();
        await().until(() -> busy.getCount() == 0);
        try {
            changes.run();
        } finally {
            release.countDown();
            delivering.join();
            blocker.close();
        }
    }

    static Stream<Arguments> refreshesBetweenEvents() {
        return Stream.of("e r t", "r e t", "e t r", "e r t r", "e t e r t", "e r t e r t", "e r t r e t", "e t r e r t")
                .flatMap(steps -> Stream.of(Arguments.of(steps, false), Arguments.of(steps, true)));
    }

    /**
     * @param steps e: the instance is evicted, t: it is taken back, r: the configuration is refreshed
     * @param back whether the last refresh goes back to the first value
     */
    @ParameterizedTest
    @MethodSource("refreshesBetweenEvents")
    void returnedInstanceShouldFollowWheneverEventsArrive(String steps, boolean back) {
        run((instances, tenants) -> {
            AtomicInteger threshold = new AtomicInteger(7);
            whileEventsWait(tenants.registry, () -> {
                for (String step : steps.split(" ")) {
                    switch (step) {
                        case "e" -> tenants.evict();
                        case "t" -> tenants.takeBack();
                        default -> {
                            properties.put(SECTION + "failure-threshold", threshold.incrementAndGet());
                            instances.rebind(true, List.of());
                        }
                    }
                }
            });
            assertThat(tenants.held.config().failureThreshold()).isEqualTo(threshold.get());
            int last = back ? 7 : 20;
            properties.put(SECTION + "failure-threshold", last);
            instances.rebind(true, List.of());
            assertThat(tenants.held.config().failureThreshold()).isEqualTo(last);
            assertThat(instances.effectiveSettings().origin(BREAKERS, tenants.held, "openDuration"))
                    .isEqualTo(ValueWithOrigin.CODE);
            tenants.evict(); // it counts as unchanged
        });
    }

    @Test
    void newInstanceShouldKeepItsSettingsWhenEventsArriveLate() {
        run((instances, tenants) -> {
            AtomicReference<CircuitBreaker> fresh = new AtomicReference<>();
            whileEventsWait(tenants.registry, () -> {
                tenants.registry.remove(tenants.held);
                fresh.set(tenants.family.get("held"));
                properties.put(SECTION + "failure-threshold", 9);
                instances.rebind(true, List.of());
            });
            assertThat(fresh.get()).isNotSameAs(tenants.held);
            assertThat(fresh.get().config().failureThreshold()).isEqualTo(9);
            assertThat(instances.effectiveSettings().origin(BREAKERS, fresh.get(), "failureThreshold"))
                    .startsWith(SECTION.substring(0, 10));
            properties.clear();
            instances.rebind(true, List.of());
            assertThat(fresh.get().config().failureThreshold())
                    .as("nothing counts as code")
                    .isEqualTo(CircuitBreakerConfig.defaults().failureThreshold());
            tenants.evict();
        });
    }

    @Test
    void operatorsChangeBetweenEventsShouldStay() {
        run((instances, tenants) -> {
            whileEventsWait(tenants.registry, () -> {
                tenants.evict();
                new RuntimeSettings(instances).change(BREAKERS, tenants.held, "successThreshold=9");
                properties.put(SECTION + "failure-threshold", 9);
                instances.rebind(true, List.of());
            });
            assertThat(tenants.registry.find(CircuitBreaker.TYPE, "tenant:held"))
                    .containsSame(tenants.held);
            assertThat(tenants.held.config().successThreshold()).isEqualTo(9);
            assertThat(tenants.held.config().failureThreshold()).isEqualTo(9);
            assertThat(instances.effectiveSettings().origin(BREAKERS, tenants.held, "successThreshold"))
                    .isEqualTo(ValueWithOrigin.OPERATOR);
        });
    }

    @Test
    void operatorsChangeOfAnEvictedInstanceShouldStay() {
        run((instances, tenants) -> {
            tenants.evict();
            new RuntimeSettings(instances).change(BREAKERS, tenants.held, "successThreshold=9");
            assertThat(tenants.registry.find(CircuitBreaker.TYPE, "tenant:held"))
                    .isPresent();
            assertThat(instances.effectiveSettings().origin(BREAKERS, tenants.held, "successThreshold"))
                    .isEqualTo(ValueWithOrigin.OPERATOR);
            properties.put(SECTION + "failure-threshold", 9);
            instances.rebind(true, List.of());
            assertThat(tenants.held.config().successThreshold()).isEqualTo(9);
            assertThat(tenants.held.config().failureThreshold()).isEqualTo(9);
        });
    }

    @Test
    void removedInstanceThatIsRegisteredAgainShouldFollow() {
        run((instances, tenants) -> {
            CircuitBreaker single = tenants.registry.getOrCreate(CircuitBreaker.TYPE, "single");
            tenants.registry.remove(single);
            properties.put("resilience.circuit-breaker.instances.single.success-threshold", 6);
            instances.rebind(true, List.of());
            single.reconfigure(
                    present -> present.toBuilder().halfOpenMaxCalls(1).build());
            tenants.registry.register(single);
            assertThat(single.config().successThreshold()).isEqualTo(6);
            assertThat(single.config().halfOpenMaxCalls()).isEqualTo(1);
        });
    }
}
