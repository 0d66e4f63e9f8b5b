package io.netrun.resilience.retry;

import io.netrun.resilience.Require;
import java.util.function.DoubleSupplier;

/** The waits of a retry: exponential, cut at a maximum, spread by jitter. Immutable. */
final class Backoff {

    private static final double FOREVER = Long.MAX_VALUE;

    private final double base;
    private final double max;
    private final double multiplier;
    private final Jitter jitter;
    private final DoubleSupplier random;

    Backoff(RetryConfig config, DoubleSupplier random) {
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
     */
    long nanos(int retry, long previous) {
        if (base == 0) {
            return 0;
        }
        double spread = jitter.apply(
                computed(retry), base, (double) previous, jitter == Jitter.NONE ? 0 : random.getAsDouble());
        return (long) Math.min(spread, max);
    }

    /** The longest that the waits before the retries from one number up to another (exclusive) can take together. */
    double longestNanos(int fromRetry, int toRetry) {
        if (jitter == Jitter.DECORRELATED) {
            return max * (toRetry - fromRetry);
        }
        double sum = 0;
        for (int retry = fromRetry; retry < toRetry && sum <= FOREVER; retry++) {
            double wait = computed(retry);
            if (wait == max || multiplier == 1.0) {
                return sum + wait * (toRetry - retry);
            }
            sum += wait;
        }
        return sum;
    }

    /** Overflow ends in infinity, and infinity is cut at the maximum. */
    private double computed(int retry) {
        return base == 0 ? 0 : Math.min(base * Math.pow(multiplier, retry), max);
    }
}
