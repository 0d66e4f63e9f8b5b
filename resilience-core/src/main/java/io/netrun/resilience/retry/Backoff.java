package io.netrun.resilience.retry;

import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.Require;
import io.netrun.resilience.SafeLog;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The delays of a retry: growing as configured, limited by a maximum, randomized by jitter. Immutable. */
final class Backoff {

    private static final Logger log = LoggerFactory.getLogger(Backoff.class);

    /** Beyond this number, delays are not added one by one. */
    private static final int MANY_RETRIES = 10_000;

    private static final double NONE = -1;

    private final BackoffStrategy strategy;
    private final BackoffStrategy.@Nullable Custom custom;
    private final double base;
    private final List<FailureDelay> failureDelays;
    private final boolean matchCauses;
    private final double longestBase;
    private final double max;
    private final double multiplier;
    private final Jitter jitter;
    private final DoubleSupplier random;

    Backoff(RetryConfig config, DoubleSupplier random) {
        this.strategy = config.backoff();
        this.custom = config.customBackoff();
        this.base = Require.nanos(config.baseDelay());
        this.failureDelays = config.failureDelays();
        this.matchCauses = config.matchCauses();
        this.longestBase = failureDelays.stream()
                .mapToDouble(delay -> Require.nanos(delay.baseDelay()))
                .reduce(base, Math::max);
        this.max = Require.nanos(config.maxDelay());
        this.multiplier = config.backoffMultiplier();
        this.jitter = config.jitter();
        this.random = random;
    }

    /**
     * Returns the delay before a retry, in nanoseconds.
     *
     * @param retry its number, from 0
     * @param previous the delay before the previous retry, or 0
     * @param failure the failure of the attempt before it
     */
    long nanos(int retry, long previous, Throwable failure) {
        double own = failureDelays.isEmpty() ? NONE : baseOf(failure);
        double start = own == NONE ? base : own;
        BackoffStrategy.@Nullable Custom code = own == NONE ? custom : null;
        double computed = code == null ? computed(start, retry) : computed(code, retry, failure);
        if (computed == 0) {
            return 0;
        }
        // Decorrelated delays grow from the base delay, or from what custom code computes instead.
        double from = code == null ? start : computed;
        double spread =
                jitter.apply(computed, from, (double) previous, jitter == Jitter.NONE ? 0 : random.getAsDouble());
        return (long) Math.min(spread, max);
    }

    /** Returns the base delay of a particular failure, or {@link #NONE}. */
    private double baseOf(Throwable failure) {
        for (FailureDelay delay : failureDelays) {
            if (ExceptionFilter.matches(delay.failure(), failure, matchCauses)) {
                return Require.nanos(delay.baseDelay());
            }
        }
        return NONE;
    }

    /**
     * Returns whether the delays before a range of retries (end exclusive) can together be at least as long as a
     * duration.
     */
    boolean canReach(long nanos, int fromRetry, int toRetry) {
        return longestNanos(fromRetry, toRetry) >= nanos;
    }

    /** Returns the longest total of the delays before the first retries, in nanoseconds. */
    double longestNanos(int retries) {
        return longestNanos(0, retries);
    }

    /**
     * Among very many delays, those after the first ones count like the last: no delay is shorter than the one before.
     */
    private double longestNanos(int fromRetry, int toRetry) {
        if (toRetry <= fromRetry) {
            return 0;
        }
        int added = (int) Math.min((long) toRetry - fromRetry, MANY_RETRIES);
        double sum = longest(toRetry - 1) * ((double) toRetry - fromRetry - added);
        for (int i = 0; i < added; i++) {
            sum += longest(fromRetry + i);
        }
        return sum;
    }

    /** Returns the longest possible delay before a retry; custom code may return any. */
    private double longest(int retry) {
        if (custom != null) {
            return max;
        }
        return jitter == Jitter.DECORRELATED && longestBase > 0
                ? Math.min(longestBase * Math.pow(3, retry + 1.0), max)
                : computed(longestBase, retry);
    }

    /** Returns the maximum delay. */
    long maxNanos() {
        return (long) max;
    }

    /** An overflow results in infinity, which is limited to the maximum. */
    private double computed(double from, int retry) {
        return from == 0 ? 0 : Math.min(strategy.nanos(from, multiplier, retry), max);
    }

    private double computed(BackoffStrategy.Custom function, int retry, Throwable failure) {
        try {
            return Math.min(
                    Math.max(0, (double) Require.nanos(function.delay(retry, ExceptionFilter.rootOf(failure)))), max);
        } catch (Throwable thrown) {
            SafeLog.error(log, "customBackoff failed; the delay is computed as configured", thrown);
            return computed(base, retry);
        }
    }
}
