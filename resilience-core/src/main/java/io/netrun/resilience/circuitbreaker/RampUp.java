package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.Require;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Admits a part of the calls that rises from the initial rate to all of them. Each call adds the rate of its moment to
 * one sum, and is admitted if that completes a whole: so calls are admitted as evenly as possible, the first one among
 * them, and threads share one addition.
 */
final class RampUp {

    private static final double PERCENT = 100;

    /** A whole, in the unit of the sum: the sum of calls for centuries does not overflow. */
    private static final long WHOLE = 1_000_000;

    private final long startedAt;
    private final long durationNanos;
    private final double initialRate;
    private final AtomicLong sum;

    /** Creates a ramp that begins now. */
    RampUp(CircuitBreakerConfig config, long now) {
        this(config, now, new AtomicLong(WHOLE - 1));
    }

    private RampUp(CircuitBreakerConfig config, long startedAt, AtomicLong sum) {
        this.startedAt = startedAt;
        this.durationNanos = Require.nanos(config.rampUpDuration());
        this.initialRate = config.rampUpInitialRate();
        this.sum = sum;
    }

    /** Returns this ramp with other settings, which apply to it from its begin. */
    RampUp with(CircuitBreakerConfig config) {
        return new RampUp(config, startedAt, sum);
    }

    /** Returns whether this ramp has these settings. */
    boolean isAskedForBy(CircuitBreakerConfig config) {
        return durationNanos == Require.nanos(config.rampUpDuration()) && initialRate == config.rampUpInitialRate();
    }

    /** Decides about one call. */
    boolean tryAdmit(long now) {
        long part = (long) (rate(now) / PERCENT * WHOLE);
        long before = sum.getAndAdd(part);
        return (before + part) / WHOLE != before / WHOLE;
    }

    /** Returns the percentage of calls that is admitted now. */
    double rate(long now) {
        double elapsed = durationNanos == 0 ? 1 : (double) Math.max(0, now - startedAt) / durationNanos;
        return elapsed >= 1 ? PERCENT : initialRate + (PERCENT - initialRate) * elapsed;
    }

    /** Returns how much longer calls are rejected, in nanoseconds; 0 if all are admitted. */
    long remainingNanos(long now) {
        return Math.max(0, durationNanos - (now - startedAt));
    }
}
