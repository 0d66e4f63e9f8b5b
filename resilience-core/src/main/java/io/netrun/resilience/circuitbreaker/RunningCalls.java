package io.netrun.resilience.circuitbreaker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How many calls have been running for too long. Time is cut into slices of a tenth of the limit, and calls are counted
 * by the slice in which they began. A ring holds the last eleven slices, whose calls are within the limit. When a slice
 * leaves the ring, the calls that are still running move to one counter, and the slice takes its leaving calls off from
 * there. So whatever calls do, there are twelve counters, and to count costs the same; a call counts as too slow with
 * its slice, up to a tenth of the limit late.
 */
final class RunningCalls {

    private static final int PARTS = 10;

    /** The present slice, and those before it that are not too old: the last of these ends where the limit does. */
    private static final int SLICES = PARTS + 1;

    private static final VarHandle RING = MethodHandles.arrayElementVarHandle(Slice[].class);

    private final long limitNanos;
    private final long sliceNanos;
    private final long origin;
    private final @Nullable Slice[] ring = new Slice[SLICES];
    private final AtomicInteger overdue = new AtomicInteger();

    /** The number of the latest slice; those that are too old by then have been moved before. */
    private final AtomicLong latest = new AtomicLong();

    RunningCalls(long limitNanos, long now) {
        this.limitNanos = limitNanos;
        this.sliceNanos = Math.max(1, (limitNanos + PARTS - 1) / PARTS);
        this.origin = now;
    }

    long limitNanos() {
        return limitNanos;
    }

    /** Counts a call that begins. It has to {@link Slice#leave() leave} the slice when it ends. */
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
                slice.move(); // time has moved on since, and may not have met it
            }
            return slice;
        }
    }

    /** How many running calls have reached the limit. */
    int overdue(long now) {
        moveOnTo(now);
        return Math.max(0, overdue.get());
    }

    /**
     * Once in a slice's time, by every thread that comes before it is done: slices that have become too old are moved.
     */
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
         * One that was moved is so old that the thread has been stopped for all the limit: its call counts as overdue
         * at once.
         */
        private void enter() {
            count(1);
        }

        /** A call that began in it has ended. */
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

        /** Its calls have become too old; does nothing the second time. */
        private void move() {
            int left = running.getAndSet(MOVED);
            if (left > 0) {
                overdue.addAndGet(left);
            }
        }
    }
}
