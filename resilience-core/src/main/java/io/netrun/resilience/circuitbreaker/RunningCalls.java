package io.netrun.resilience.circuitbreaker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How many calls have been running for too long. Calls are counted by the slice of time in which they began, so that the
 * answer costs a walk over the oldest slices only, and a call counts as too slow with its slice: up to a tenth of the limit
 * late.
 */
final class RunningCalls {

    private static final int SLICES = 10;
    private static final VarHandle NEWEST;

    static {
        try {
            NEWEST = MethodHandles.lookup().findVarHandle(RunningCalls.class, "newest", Slice.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long limitNanos;
    private final long sliceNanos;
    private volatile Slice oldest;
    private volatile Slice newest;

    RunningCalls(long limitNanos, long now) {
        this.limitNanos = limitNanos;
        this.sliceNanos = Math.max(1, limitNanos / SLICES);
        this.newest = new Slice(now);
        this.oldest = newest;
    }

    long limitNanos() {
        return limitNanos;
    }

    /** Counts a call that begins. It is to {@link Slice#leave() leave} the slice when it ends. */
    Slice begin(long now) {
        Slice slice = newest;
        if (now - slice.start >= sliceNanos) {
            slice = next(slice, now);
        }
        slice.running.incrementAndGet();
        return slice;
    }

    /** How many running calls have reached the limit. */
    int overdue(long now) {
        int overdue = 0;
        for (@Nullable Slice slice = oldest; slice != null && isOverdue(slice, now); slice = slice.next) {
            overdue += slice.running.get();
        }
        return overdue;
    }

    private boolean isOverdue(Slice slice, long now) {
        return now - slice.start >= limitNanos + sliceNanos;
    }

    /** Once in a slice's time, by whoever comes first: the next slice, and the empty ones at the other end go. */
    private Slice next(Slice seen, long now) {
        Slice next = new Slice(now);
        if (!NEWEST.compareAndSet(this, seen, next)) {
            return newest;
        }
        seen.next = next;
        Slice first = oldest;
        while (isOverdue(first, now) && first.running.get() == 0) {
            Slice second = first.next;
            if (second == null) {
                break; // about to be linked by the thread that made it
            }
            first = second;
        }
        oldest = first;
        return next;
    }

    /** The calls that began within a short time. */
    static final class Slice {

        private final long start;
        private final AtomicInteger running = new AtomicInteger();
        private volatile @Nullable Slice next;

        private Slice(long start) {
            this.start = start;
        }

        /** A call that began in it has ended. */
        void leave() {
            running.decrementAndGet();
        }
    }
}
