package io.netrun.resilience.circuitbreaker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts the calls that have been running for too long. Time is divided into slices of a tenth of the limit, and calls
 * are counted by the slice in which they began. A ring holds the last eleven slices, whose calls are within the limit.
 * When a slice leaves the ring, its running calls are added to one counter, and calls of that slice that end later are
 * subtracted from it. So there are always twelve counters, and counting has a constant cost. A call counts as too slow
 * together with its slice, up to a tenth of the limit late.
 */
final class RunningCalls {

    private static final int PARTS = 10;

    /**
     * The current slice and those before it that are within the limit: the oldest of these ends where the limit does.
     */
    private static final int SLICES = PARTS + 1;

    private static final VarHandle RING = MethodHandles.arrayElementVarHandle(Slice[].class);

    private final long limitNanos;
    private final long sliceNanos;
    private final long origin;
    private final @Nullable Slice[] ring = new Slice[SLICES];
    private final AtomicInteger overdue = new AtomicInteger();

    /** The number of the latest slice; older slices beyond the limit have been moved before. */
    private final AtomicLong latest = new AtomicLong();

    RunningCalls(long limitNanos, long now) {
        this.limitNanos = limitNanos;
        this.sliceNanos = Math.max(1, (limitNanos + PARTS - 1) / PARTS);
        this.origin = now;
    }

    long limitNanos() {
        return limitNanos;
    }

    /** Counts a call that begins. The caller must {@link Slice#leave() leave} the slice when the call ends. */
    Slice begin(long now) {
        while (true) {
            long number = moveOnTo(now);
            int index = (int) (number % SLICES);
            Slice slice = (Slice) RING.getVolatile(ring, index);
            if (slice == null || slice.number < number) {
                Slice fresh = new Slice(number, overdue);
                if (!RING.compareAndSet(ring, index, slice, fresh)) {
                    continue;
                }
                if (slice != null) {
                    slice.move();
                }
                slice = fresh;
            }
            slice.enter();
            if (latest.get() - slice.number >= SLICES) {
                slice.move(); // time has advanced meanwhile, and may have missed it
            }
            return slice;
        }
    }

    /** Returns the number of running calls that have reached the limit. */
    int overdue(long now) {
        moveOnTo(now);
        return Math.max(0, overdue.get());
    }

    /** Moves slices that have become too old. Runs once per slice, on every thread that arrives before it is done. */
    private long moveOnTo(long now) {
        long number = Math.max(0, now - origin) / sliceNanos;
        long seen = latest.get();
        if (number <= seen) {
            return seen;
        }
        for (int i = 0; i < SLICES; i++) {
            Slice slice = (Slice) RING.getVolatile(ring, i);
            if (slice != null && number - slice.number >= SLICES) {
                slice.move();
            }
        }
        return latest.accumulateAndGet(number, Math::max);
    }

    /** The calls that began within a short time. */
    static final class Slice {

        private static final int MOVED = -1;

        private final long number;
        private final AtomicInteger overdue;
        private final AtomicInteger running = new AtomicInteger();

        private Slice(long number, AtomicInteger overdue) {
            this.number = number;
            this.overdue = overdue;
        }

        /**
         * If the slice was moved, it is so old that the thread was suspended for the whole limit: its call is overdue
         * at once.
         */
        private void enter() {
            count(1);
        }

        /** Records that a call of this slice has ended. */
        void leave() {
            count(-1);
        }

        private void count(int change) {
            int seen;
            do {
                seen = running.get();
                if (seen == MOVED) {
                    overdue.addAndGet(change);
                    return;
                }
            } while (!running.compareAndSet(seen, seen + change));
        }

        /** Moves the running calls to the common counter, because they have become too old. Idempotent. */
        private void move() {
            int left = running.getAndSet(MOVED);
            if (left > 0) {
                overdue.addAndGet(left);
            }
        }
    }
}
