package io.netrun.resilience.hedge;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A percentile of the durations of the last calls. Each call overwrites the oldest duration in a ring; every few calls,
 * one of them sorts a copy. Nothing waits or allocates: a call that finds another one sorting goes on.
 *
 * <p>The percentile is a nearest rank: the smallest duration that is not exceeded by that share of the calls. It is the
 * first definition in R. J. Hyndman, Y. Fan: Sample Quantiles in Statistical Packages (The American Statistician 50,
 * 1996), which never yields a duration that no call had. Thread-safe.
 */
final class RecentDurations {

    /** A power of two, large enough for the highest percentile. */
    static final int SIZE = 1_024;

    /** With fewer calls, there is no percentile yet. */
    static final int ENOUGH = 100;

    /** Calls between two computations. */
    static final int INTERVAL = 20;

    /** Zero where no duration has been written yet. */
    private final AtomicLongArray ring = new AtomicLongArray(SIZE);

    private final AtomicLong recorded = new AtomicLong();
    private final AtomicBoolean computing = new AtomicBoolean();

    /** Used by the thread that has set {@link #computing}. */
    private final long[] sorted = new long[SIZE];

    private volatile long nanos;

    /** The percentile as last computed, in nanoseconds; zero as long as too few calls are known. */
    long nanos() {
        return nanos;
    }

    /** Records a successful call. */
    void record(long duration, double percentile) {
        long number = recorded.getAndIncrement();
        ring.set((int) (number & (SIZE - 1)), Math.max(1, duration));
        long known = number + 1;
        if (known >= ENOUGH && known % INTERVAL == 0) {
            compute(percentile);
        }
    }

    /** Computes the percentile, if enough calls are known and no other thread does. */
    void compute(double percentile) {
        if (recorded.get() < ENOUGH || !computing.compareAndSet(false, true)) {
            return;
        }
        try {
            int count = 0;
            for (int i = 0; i < SIZE; i++) {
                long duration = ring.get(i);
                if (duration != 0) {
                    sorted[count++] = duration;
                }
            }
            if (count > 0) {
                Arrays.sort(sorted, 0, count);
                int rank = (int) Math.ceil(percentile * count / 100);
                nanos = sorted[Math.max(1, Math.min(rank, count)) - 1];
            }
        } finally {
            computing.set(false);
        }
    }
}
