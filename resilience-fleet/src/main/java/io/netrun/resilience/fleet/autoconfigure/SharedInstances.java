package io.netrun.resilience.fleet.autoconfigure;

import io.netrun.resilience.Policy;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.FleetMode;
import io.netrun.resilience.fleet.FleetNode;
import io.netrun.resilience.fleet.LimitReport;
import io.netrun.resilience.ratelimiter.RateLimiter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The instances of this node that take part in the fleet. Those of keyed families do not. */
record SharedInstances(ResilienceRegistry registry) {

    private static final double NANOS = 1e9;

    List<RateLimiter> rateLimiters() {
        return ofType(RateLimiter.TYPE);
    }

    List<Bulkhead> bulkheads() {
        return ofType(Bulkhead.TYPE);
    }

    List<CircuitBreaker> circuits() {
        return ofType(CircuitBreaker.TYPE);
    }

    private <P extends Policy> List<P> ofType(PolicyType<P, ?> type) {
        return registry.all(type).stream()
                .filter(policy ->
                        FleetNode.isShared(policy) && registry.familyOf(policy).isEmpty())
                .toList();
    }

    List<Policy> limits() {
        return Stream.<Policy>concat(rateLimiters().stream(), bulkheads().stream())
                .toList();
    }

    List<Policy> all() {
        return Stream.concat(limits().stream(), circuits().stream()).toList();
    }

    /** The family of a limit whose settings say that it is shared, which it therefore is not; empty if it has none. */
    Optional<String> familyOfLimit(Policy policy) {
        return policy instanceof CircuitBreaker || !FleetNode.isShared(policy)
                ? Optional.empty()
                : registry.familyOf(policy);
    }

    /** The family of a circuit whose settings ask for a quorum of the fleet; empty for others. */
    Optional<String> familyOfQuorum(Policy policy) {
        return policy instanceof CircuitBreaker circuit && circuit.config().fleet() == FleetMode.QUORUM
                ? registry.familyOf(policy)
                : Optional.empty();
    }

    /**
     * What a limit of this node admits now: concurrent calls, or calls per configured period; NaN for other policies.
     */
    static double share(Policy policy) {
        if (policy instanceof Bulkhead bulkhead) {
            return bulkhead.metrics().maxConcurrent();
        }
        if (policy instanceof RateLimiter limiter) {
            return limiter.metrics().inForce();
        }
        return Double.NaN;
    }

    /** An amount of the fleet's views in the unit of {@link #share}. */
    static double amount(Policy policy, long units) {
        return policy instanceof RateLimiter limiter
                ? units
                        / (double) LimitReport.RATE_UNITS
                        * seconds(limiter.config().period())
                : units;
    }

    private static double seconds(Duration period) {
        return period.toNanos() / NANOS;
    }
}
