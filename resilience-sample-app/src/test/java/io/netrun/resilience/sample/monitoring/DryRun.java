package io.netrun.resilience.sample.monitoring;

import io.netrun.resilience.Guard;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.time.Duration;
import java.util.List;

/** A policy of each pattern that only observes; the shop itself has none. */
final class DryRun {

    private static final String NAME = "dry-run";

    private final Guard breaker;
    private final Guard bulkhead;
    private final List<Guard> limits;

    DryRun(ResilienceRegistry registry) {
        breaker = registry.getOrCreate(
                CircuitBreaker.TYPE,
                NAME,
                CircuitBreakerConfig.builder()
                        .failureThreshold(1)
                        .openDuration(Duration.ofHours(1))
                        .mode(PolicyMode.OBSERVE)
                        .build());
        bulkhead = registry.getOrCreate(
                Bulkhead.TYPE,
                NAME,
                BulkheadConfig.builder()
                        .maxConcurrent(1)
                        .maxQueue(0)
                        .mode(PolicyMode.OBSERVE)
                        .build());
        limits = List.of(
                registry.getOrCreate(
                        RateLimiter.TYPE,
                        NAME,
                        RateLimiterConfig.builder()
                                .limit(1)
                                .period(Duration.ofHours(1))
                                .mode(PolicyMode.OBSERVE)
                                .build()),
                registry.getOrCreate(
                        Timeout.TYPE,
                        NAME,
                        TimeoutConfig.builder()
                                .duration(Duration.ofNanos(1))
                                .mode(PolicyMode.OBSERVE)
                                .build()));
    }

    /** Calls of which each policy would have rejected, or ended, some. */
    void play() {
        try {
            breaker.run(() -> {
                throw new IllegalStateException("dry run");
            });
        } catch (IllegalStateException expected) {
            // it opens the circuit, which admits calls all the same
        }
        bulkhead.run(() -> bulkhead.run(() -> {}));
        limits.forEach(limit -> limit.run(() -> {}));
        limits.forEach(limit -> limit.run(() -> {}));
    }
}
