package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netrun.resilience.Policy;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.AttemptTimeout;
import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.RateLimiter;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceRefreshAutoConfiguration;
import io.netrun.resilience.spring.metrics.ResilienceMeters;
import io.netrun.resilience.spring.pattern.KeyedMeters;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;

/** The setting {@code mode}. */
class ModeSettingTests {

    private static final List<PatternDescriptor<?, ?>> WITH_MODE = PatternDescriptors.all().stream()
            .filter(pattern -> List.of("bulkhead", "circuit-breaker", "rate-limiter", "timeout")
                    .contains(pattern.key()))
            .toList();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ResilienceAutoConfiguration.class, ResilienceRefreshAutoConfiguration.class))
            .withBean(Shop.class);

    static class Shop {

        @Bulkhead(name = "shop", mode = "observe", maxConcurrent = 1, maxQueue = 0)
        @RateLimiter(name = "shop", mode = "observe", limit = 1, burst = 1)
        @CircuitBreaker(name = "shop", mode = "observe")
        @Timeout(name = "shop", mode = "observe")
        @AttemptTimeout(name = "attempt", mode = "observe")
        public String call() {
            return "called";
        }
    }

    @Test
    void annotationShouldSetTheMode() {
        runner.run(context -> {
            assertThat(WITH_MODE)
                    .hasSize(4)
                    .allSatisfy(pattern -> assertThat(pattern.isObserving(shop(context, pattern)))
                            .isTrue());
            Shop shop = context.getBean(Shop.class);
            assertThat(shop.call() + shop.call()).isEqualTo("calledcalled");
            assertThat(counter(context, "resilience.ratelimiter.observed", "rejected"))
                    .isEqualTo(1);
            assertThat(counter(context, "resilience.bulkhead.observed", "rejected"))
                    .isZero();
            assertThat(counter(context, "resilience.circuitbreaker.observed", "rejected"))
                    .isZero();
            assertThat(counter(context, "resilience.timeout.observed", "timed_out"))
                    .isZero();
        });
    }

    @Test
    void refreshShouldChangeTheMode() {
        runner.run(context -> {
            for (PatternDescriptor<?, ?> pattern : WITH_MODE) {
                assertThat(observing(context, pattern)).isEqualTo(1);
                String key = "resilience." + pattern.key() + ".instances.shop.mode";
                TestPropertyValues.of(key + "=enforce").applyTo(context);
                context.publishEvent(new EnvironmentChangeEvent(context, Set.of(key)));
                assertThat(pattern.isObserving(shop(context, pattern))).isFalse();
                assertThat(observing(context, pattern)).isZero();
            }
        });
    }

    @Test
    void openCircuitThatObservesShouldNotBeUnhealthy() {
        runner.run(context -> {
            var breaker = context.getBean(ResilienceRegistry.class)
                    .find(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "shop")
                    .orElseThrow();
            var pattern = PatternDescriptors.of(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE);
            breaker.open("test");
            assertThat(pattern.isRejecting(breaker)).isFalse();
            breaker.reconfigure(c -> c.toBuilder().mode(PolicyMode.ENFORCE).build());
            assertThat(pattern.isRejecting(breaker)).isTrue();
            breaker.reconfigure(c -> c.toBuilder().mode(PolicyMode.OBSERVE).build());
            breaker.forceOpen();
            assertThat(pattern.isRejecting(breaker)).isTrue();
        });
    }

    private static Policy shop(AssertableApplicationContext context, PatternDescriptor<?, ?> pattern) {
        return find(context, pattern.type());
    }

    private static <P extends Policy> P find(AssertableApplicationContext context, PolicyType<P, ?> type) {
        return context.getBean(ResilienceRegistry.class).find(type, "shop").orElseThrow();
    }

    private static double observing(AssertableApplicationContext context, PatternDescriptor<?, ?> pattern) {
        return meters(context)
                .get("resilience.observing")
                .tags("pattern", pattern.key(), "name", "shop")
                .gauge()
                .value();
    }

    private static double counter(AssertableApplicationContext context, String name, String outcome) {
        return meters(context)
                .get(name)
                .tags("outcome", outcome, "name", "shop")
                .functionCounter()
                .count();
    }

    private static SimpleMeterRegistry meters(AssertableApplicationContext context) {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        new ResilienceMeters(context.getBean(ResilienceRegistry.class), KeyedMeters.FAMILY).bindTo(meters);
        return meters;
    }
}
