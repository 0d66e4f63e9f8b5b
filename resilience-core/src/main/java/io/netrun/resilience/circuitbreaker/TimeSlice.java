package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.SpinBackoff;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The calls of a short time, and the sums of the earlier slices in the window. One word counts the calls: adding one is
 * one compare-and-set of it, and its sign closes the slice. A thread that begins the next slice closes this one first,
 * so that its sums are final and no call is added to a slice that is over. A slice that is full is followed by another
 * one of the same time.
 */
final class TimeSlice {

    /** Returned by {@link #add} if the slice is closed. */
    static final long CLOSED = Long.MIN_VALUE;

    /** Bits 0 to 20: calls. Bits 21 to 41: failed. Bits 42 to 62: slow. The sign: closed. */
    private static final int BITS = 21;

    private static final long MASK = (1L << BITS) - 1;
    private static final VarHandle TALLY = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "tally", VarHandle.class, TimeSlice.class, long.class);

    private final long number;
    private final long callsBefore;
    private final long failedBefore;
    private final long slowBefore;
    private volatile @Nullable TimeSlice before;
    private volatile long tally;

    /** Creates the first slice. */
    TimeSlice() {
        this(0, null, 0, 0, 0);
    }

    private TimeSlice(long number, @Nullable TimeSlice before, long callsBefore, long failedBefore, long slowBefore) {
        this.number = number;
        this.before = before;
        this.callsBefore = callsBefore;
        this.failedBefore = failedBefore;
        this.slowBefore = slowBefore;
    }

    /** Returns the number of the slice, from 0. */
    long number() {
        return number;
    }

    /** Counts a call. Returns the new tally, or {@link #CLOSED}. */
    long add(boolean failed, boolean slow) {
        long call = 1 + (failed ? 1L << BITS : 0) + (slow ? 1L << (2 * BITS) : 0);
        for (int spins = 0; ; spins = SpinBackoff.pause(spins)) {
            long seen = tally;
            if (seen < 0 || (seen & MASK) == MASK) {
                return CLOSED;
            }
            if (TALLY.compareAndSet(this, seen, seen + call)) {
                return seen + call;
            }
        }
    }

    /** Returns the current tally, for {@link #calls}, {@link #failed} and {@link #slow}. */
    long tally() {
        return tally;
    }

    long calls(long seen) {
        return callsBefore + (seen & MASK);
    }

    long failed(long seen) {
        return failedBefore + (seen >>> BITS & MASK);
    }

    long slow(long seen) {
        return slowBefore + (seen >>> (2 * BITS) & MASK);
    }

    /**
     * Closes this slice and creates the next one.
     *
     * @param oldest the number of the oldest slice in the window at that time
     */
    TimeSlice next(long nextNumber, long oldest) {
        TALLY.getAndBitwiseOr(this, CLOSED);
        long calls = 0;
        long failed = 0;
        long slow = 0;
        for (TimeSlice slice = this; slice != null && slice.number >= oldest; slice = slice.before) {
            long closed = slice.tally;
            calls += closed & MASK;
            failed += closed >>> BITS & MASK;
            slow += closed >>> (2 * BITS) & MASK;
        }
        return new TimeSlice(nextNumber, this, calls, failed, slow);
    }

    /** Releases slices that are in no window any more; only for the slice that has become the current one. */
    void forgetBefore(long oldest) {
        TimeSlice last = this;
        for (TimeSlice slice = before; slice != null && slice.number >= oldest; slice = slice.before) {
            last = slice;
        }
        last.before = null;
    }
}
