package io.netrun.resilience.retry;

import io.netrun.resilience.Require;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The waits of a retry: growing as configured, cut at a maximum, spread by jitter. Immutable. */
final class Backoff {

    private static final Logger log = LoggerFactory.getLogger(Backoff.class);

    /** Who has more retries left than this outlasts everything. */
    private static final int MANY_RETRIES = 10_000;

    private final BackoffStrategy strategy;
    private final BackoffStrategy.@Nullable Custom custom;
    private final double base;
    private final double max;
    private final double multiplier;
    private final Jitter jitter;
    private final DoubleSupplier random;

    Backoff(RetryConfig config, DoubleSupplier random) {
        this.strategy = config.backoff();
        this.custom = config.customBackoff();
        this.base = Require.nanos(config.baseDelay());
        this.max = Require.nanos(config.maxDelay());
        this.multiplier = config.backoffMultiplier();
        this.jitter = config.jitter();
        this.random = random;
    }

    /**
     * The wait before a retry, in nanoseconds.
     *
     * @param retry its number, from 0
     * @param previous the wait before the retry before, or 0
     * @param failure what the attempt before it failed with
     */
    long nanos(int retry, long previous, Throwable failure) {
        double computed = custom == null ? computed(retry) : computed(custom, retry, failure);
        if (computed == 0) {
            return 0;
        }
        double spread =
                jitter.apply(computed, base, (double) previous, jitter == Jitter.NONE ? 0 : random.getAsDouble());
        return (long) Math.min(spread, max);
    }

    /**
     * Whether the waits before the retries from one number up to another (exclusive) can together be at least as long as
     * something else takes.
     */
    boolean canOutlast(long nanos, int fromRetry, int toRetry) {
        if (toRetry - fromRetry > MANY_RETRIES || custom != null) {
            return true;
        }
        double sum = 0;
        for (int retry = fromRetry; retry < toRetry && sum < nanos; retry++) {
            sum += longest(retry);
        }
        return sum >= nanos;
    }

    /** The longest time that the waits before so many retries can take together, if no custom code computes them. */
    double longestNanos(int retries) {
        int added = Math.min(retries, MANY_RETRIES);
        double sum = base == 0 ? 0 : max * (retries - added);
        for (int retry = 0; retry < added; retry++) {
            sum += longest(retry);
        }
        return sum;
    }

    private double longest(int retry) {
        return jitter == Jitter.DECORRELATED ? max : computed(retry);
    }

    /** The longest wait. */
    long maxNanos() {
        return (long) max;
    }

    /** Overflow ends in infinity, and infinity is cut at the maximum. */
    private double computed(int retry) {
        return base == 0 ? 0 : Math.min(strategy.nanos(base, multiplier, retry), max);
    }

    private double computed(BackoffStrategy.Custom function, int retry, Throwable failure) {
        try {
            return Math.min(Math.max(0, (double) Require.nanos(function.delay(retry, failure))), max);
        } catch (Throwable thrown) {
            log.error("customBackoff failed; the wait is computed as configured", thrown);
            return computed(retry);
        }
    }
}
