package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.Require;
import io.netrun.resilience.Ticker;

/**
 * The calls of the last so many seconds, in slices: an outcome leaves the window with its slice, after nine to ten tenths of
 * the window's duration.
 */
final class TimeWindow extends RateWindow {

    private static final int SLICES = 10;

    private final Ticker ticker;

    /** When the slices began to last as long as they do, and the number of the slice that was the present one then. */
    private long origin;

    private long slicesBefore;
    private long sliceNanos;

    private final long[] calls = new long[SLICES];
    private final long[] failed = new long[SLICES];
    private final long[] slow = new long[SLICES];

    /** The number of the present slice. */
    private long present;

    TimeWindow(CircuitBreakerConfig config, Ticker ticker) {
        super(config);
        this.ticker = ticker;
        this.origin = ticker.nanoTime();
        this.sliceNanos = sliceNanos(config);
    }

    private static long sliceNanos(CircuitBreakerConfig config) {
        return Math.max(1, Require.nanos(config.windowDuration()) / SLICES);
    }

    @Override
    boolean isAskedForBy(CircuitBreakerConfig config) {
        return config.detection() == Detection.TIME_WINDOW;
    }

    /** Calls that are recent now stay in their slices, which leave the window at another pace from now on. */
    @Override
    void resize(CircuitBreakerConfig config) {
        long nanos = sliceNanos(config);
        if (nanos != sliceNanos) {
            slide();
            origin = ticker.nanoTime();
            slicesBefore = present;
            sliceNanos = nanos;
        }
    }

    @Override
    void slide(boolean failedCall, boolean slowCall) {
        slide();
        int slice = (int) (present % SLICES);
        int ofFailed = failedCall ? 1 : 0;
        int ofSlow = slowCall ? 1 : 0;
        calls[slice]++;
        failed[slice] += ofFailed;
        slow[slice] += ofSlow;
        add(1, ofFailed, ofSlow);
    }

    @Override
    void slide() {
        long now = slicesBefore + (ticker.nanoTime() - origin) / sliceNanos;
        // However long nothing happened, no slice has to be emptied twice.
        long last = Math.min(now, present + SLICES);
        while (present < last) {
            present++;
            empty((int) (present % SLICES));
        }
        present = Math.max(present, now);
    }

    private void empty(int slice) {
        add(-calls[slice], -failed[slice], -slow[slice]);
        calls[slice] = 0;
        failed[slice] = 0;
        slow[slice] = 0;
    }
}
