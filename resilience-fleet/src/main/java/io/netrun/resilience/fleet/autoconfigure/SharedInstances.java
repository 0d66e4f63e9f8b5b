package io.netrun.resilience.fleet.autoconfigure;

import io.netrun.resilience.LimitScope;
import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.FleetMode;
import io.netrun.resilience.ratelimiter.RateLimiter;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The instances of this node that take part in the fleet. Those of keyed families do not. */
record SharedInstances(ResilienceRegistry registry) {

    private static final double NANOS = 1e9;

    /** The unit of a rate in the fleet's views. */
    private static final double RATE_UNITS = 1e6;

    List<RateLimiter> rateLimiters() {
        return registry.all(RateLimiter.TYPE).stream()
                .filter(limiter -> limiter.config().scope() == LimitScope.FLEET && !isKeyed(limiter))
                .toList();
    }

    List<Bulkhead> bulkheads() {
        return registry.all(Bulkhead.TYPE).stream()
                .filter(bulkhead -> bulkhead.config().scope() == LimitScope.FLEET && !isKeyed(bulkhead))
                .toList();
    }

    List<CircuitBreaker> circuits() {
        return registry.all(CircuitBreaker.TYPE).stream()
                .filter(circuit -> circuit.config().fleet() != FleetMode.NONE && !isKeyed(circuit))
                .toList();
    }

    List<Policy> limits() {
        return Stream.<Policy>concat(rateLimiters().stream(), bulkheads().stream())
                .toList();
    }

    List<Policy> all() {
        return Stream.concat(limits().stream(), circuits().stream()).toList();
    }

    boolean isKeyed(Policy policy) {
        return registry.familyOf(policy).isPresent();
    }

    /**
     * What a limit of this node admits now: concurrent calls, or calls per configured period; NaN for other policies.
     */
    static double share(Policy policy) {
        if (policy instanceof Bulkhead bulkhead) {
            return bulkhead.metrics().maxConcurrent();
        }
        if (policy instanceof RateLimiter limiter) {
            var inForce = limiter.metrics();
            return inForce.limit() * seconds(limiter.config().period()) / seconds(inForce.period());
        }
        return Double.NaN;
    }

    /** An amount of the fleet's views in the unit of {@link #share}. */
    static double amount(Policy policy, long units) {
        return policy instanceof RateLimiter limiter
                ? units / RATE_UNITS * seconds(limiter.config().period())
                : units;
    }

    private static double seconds(Duration period) {
        return period.toNanos() / NANOS;
    }
}
