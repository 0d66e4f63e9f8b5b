package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.Require;
import io.netrun.resilience.Ticker;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A window of the calls of a duration, in slices: an outcome leaves the window with its slice, after nine to ten tenths
 * of the window's duration.
 */
final class TimeWindow extends SlidingWindow {

    private static final int SLICES = 10;
    private static final VarHandle PRESENT = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "present", VarHandle.class, TimeWindow.class, TimeSlice.class);

    private final Ticker ticker;
    private volatile Pace pace;
    private volatile TimeSlice present = new TimeSlice();

    TimeWindow(CircuitBreakerConfig config, Ticker ticker) {
        super(Rules.of(config, config.minimumCalls()));
        this.ticker = ticker;
        this.pace = new Pace(ticker.nanoTime(), 0, sliceNanos(config));
    }

    private static long sliceNanos(CircuitBreakerConfig config) {
        return Math.max(1, Require.nanos(config.windowDuration()) / SLICES);
    }

    @Override
    Rules rulesOf(CircuitBreakerConfig config) {
        return Rules.of(config, config.minimumCalls());
    }

    @Override
    boolean isAskedForBy(CircuitBreakerConfig config) {
        return config.detection() == Detection.TIME_WINDOW;
    }

    /** Recent calls stay in their slices, which leave the window at the new pace. */
    @Override
    void resize(CircuitBreakerConfig config) {
        long nanos = sliceNanos(config);
        if (nanos != pace.sliceNanos) {
            long now = ticker.nanoTime();
            pace = new Pace(now, sliceAt(pace.slice(now)).number(), nanos);
        }
    }

    @Override
    public boolean record(boolean failed, boolean slow) {
        long number = pace.slice(ticker.nanoTime());
        while (true) {
            TimeSlice slice = sliceAt(number);
            long tally = slice.add(failed, slow);
            if (tally != TimeSlice.CLOSED) {
                return isOver(slice.calls(tally), slice.failed(tally), slice.slow(tally));
            }
            // The slice is full, or another thread is about to begin the next one.
            begin(slice, Math.max(number, slice.number()));
        }
    }

    @Override
    public boolean shouldOpen(int overdue) {
        if (overdue == 0) {
            return false;
        }
        TimeSlice slice = sliceAt(pace.slice(ticker.nanoTime()));
        long tally = slice.tally();
        return isOver(slice.calls(tally) + overdue, slice.failed(tally), slice.slow(tally) + overdue);
    }

    @Override
    public String openReason() {
        TimeSlice slice = present;
        long tally = slice.tally();
        return openReason(slice.calls(tally), slice.failed(tally), slice.slow(tally));
    }

    @Override
    public int failureCount() {
        TimeSlice slice = sliceAt(pace.slice(ticker.nanoTime()));
        return (int) Math.min(slice.failed(slice.tally()), Integer.MAX_VALUE);
    }

    @Override
    public RecentCalls recentCalls() {
        TimeSlice slice = sliceAt(pace.slice(ticker.nanoTime()));
        long tally = slice.tally();
        return new RecentCalls(slice.calls(tally), slice.failed(tally), slice.slow(tally));
    }

    /** Returns the slice of a number, or a later one if another thread read the clock later. */
    private TimeSlice sliceAt(long number) {
        TimeSlice slice = present;
        while (slice.number() < number) {
            begin(slice, number);
            slice = present;
        }
        return slice;
    }

    private void begin(TimeSlice after, long number) {
        long oldest = number - SLICES + 1;
        TimeSlice next = after.next(number, oldest);
        if (PRESENT.compareAndSet(this, after, next)) {
            next.forgetBefore(oldest);
        }
    }

    /**
     * How time maps to slices.
     *
     * @param origin the time since which slices have had this duration
     * @param sliceAtOrigin the number of the slice that was the current one then
     */
    private record Pace(long origin, long sliceAtOrigin, long sliceNanos) {

        long slice(long now) {
            return sliceAtOrigin + (now - origin) / sliceNanos;
        }
    }
}
