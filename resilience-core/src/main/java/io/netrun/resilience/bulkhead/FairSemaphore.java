package io.netrun.resilience.bulkhead;

import io.netrun.resilience.SpinBackoff;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * The state machine: places that calls take and give back, and the queue of calls that wait for one. It knows nothing
 * of threads or futures: a {@link Waiter} hears that it has got a place. There is no lock, so nobody ever waits for
 * another thread to go on.
 *
 * <p>While there are free places, one word holds everything: the number of active calls, the total accepted, and
 * whether anyone waits. Taking a place is one compare-and-set, giving it back one addition, and neither looks at the
 * queue. The {@link #WAITING} bit is what ties word and queue together: a waiter enters the queue first and sets the
 * bit then, so that nobody takes a place past the queue, and whoever gives a place back knows to hand it on. If a place
 * was given back before the bit was set, the waiter itself finds it free. A waiter leaves the queue by being taken out
 * of it, which only one can do: whoever grants it a place, or itself.
 */
final class FairSemaphore {

    /** Something that waits for a place. */
    interface Waiter {

        /** A place is yours: give it back exactly once. Called once at most, on any thread; must be quick. */
        void onPermit();
    }

    /** What {@link #enqueue} says when nobody may wait any more. */
    static final long FULL = -1;

    /** Bits 0 to 20: active calls. Bit 21: someone waits. Bits 22 to 63: total accepted. */
    private static final long ACTIVE_MASK = (1L << 21) - 1;

    /** As many active calls as can be counted, which is more than a JVM can hold. */
    static final int UNLIMITED = (int) ACTIVE_MASK;

    private static final long WAITING = 1L << 21;
    private static final int ACCEPTED_SHIFT = 22;
    private static final long TAKE = 1 + (1L << ACCEPTED_SHIFT);

    private static final VarHandle WORD = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "word", VarHandle.class, FairSemaphore.class, long.class);

    /** Waiters by their tickets, so in order of arrival; each can leave from anywhere. */
    private final ConcurrentSkipListMap<Long, Waiter> queue = new ConcurrentSkipListMap<>();

    private final AtomicLong tickets = new AtomicLong();

    /** Those in the queue and those about to enter it. */
    private final AtomicInteger queued = new AtomicInteger();

    private final LongAdder rejected = new LongAdder();
    private volatile int maxActive;
    private volatile int maxQueue;
    private volatile long word;

    FairSemaphore(int maxActive, int maxQueue) {
        this.maxActive = maxActive;
        this.maxQueue = maxQueue;
    }

    /** Takes a place if one is free and nobody waits for it. */
    boolean tryAcquire() {
        for (int rest = 0; ; rest = SpinBackoff.pause(rest)) {
            long seen = word;
            if ((seen & (ACTIVE_MASK | WAITING)) >= maxActive) {
                return false;
            }
            if (WORD.compareAndSet(this, seen, seen + TAKE)) {
                return true;
            }
        }
    }

    /**
     * Stands in the queue for a place, which may be granted before this returns.
     *
     * @return the ticket to {@link #cancel} with; {@link #FULL} if nobody may wait any more
     */
    long enqueue(Waiter waiter) {
        int seen;
        do {
            seen = queued.get();
            if (seen >= maxQueue) {
                rejected.increment();
                return FULL;
            }
        } while (!queued.compareAndSet(seen, seen + 1));
        long ticket = tickets.getAndIncrement();
        queue.put(ticket, waiter);
        WORD.getAndBitwiseOr(this, WAITING);
        grantWaiting();
        return ticket;
    }

    /** Counts a call that is rejected without having been in the queue. */
    void countRejected() {
        rejected.increment();
    }

    /** Takes a waiter out of the queue; false if it has got a place, or will hear of it at any moment. */
    boolean cancel(long ticket, boolean asRejected) {
        if (queue.remove(ticket) == null) {
            return false;
        }
        queued.decrementAndGet();
        if (asRejected) {
            rejected.increment();
        }
        if (!tryClearWaitingBit()) {
            grantWaiting();
        }
        return true;
    }

    /** Gives a place back, and hands it on if someone waits. */
    void release() {
        long before = (long) WORD.getAndAdd(this, -1L);
        if ((before & WAITING) != 0) {
            grantWaiting();
        }
    }

    /** Changes the limits; calls that run or wait keep their places. */
    void resize(int newMaxActive, int newMaxQueue) {
        maxActive = newMaxActive;
        maxQueue = newMaxQueue;
        grantWaiting();
    }

    /** Grants free places to those who wait, the first ones first. */
    private void grantWaiting() {
        while (true) {
            long seen = word;
            if ((seen & WAITING) == 0 || active(seen) >= maxActive) {
                return;
            }
            if (!WORD.compareAndSet(this, seen, seen + TAKE)) {
                continue;
            }
            Map.Entry<Long, Waiter> first = queue.pollFirstEntry();
            if (first != null) {
                queued.decrementAndGet();
                first.getValue().onPermit();
            } else {
                WORD.getAndAdd(this, -TAKE);
                if (tryClearWaitingBit()) {
                    return;
                }
            }
        }
    }

    /**
     * Takes the bit back when the queue is empty; true if it still was afterwards, since who enters later sets it
     * again. Who enters in this very moment may be overtaken by who asks before the bit is back.
     */
    private boolean tryClearWaitingBit() {
        if (!queue.isEmpty()) {
            return false;
        }
        WORD.getAndBitwiseAnd(this, ~WAITING);
        if (queue.isEmpty()) {
            return true;
        }
        WORD.getAndBitwiseOr(this, WAITING);
        return false;
    }

    int active() {
        return active(word);
    }

    int queued() {
        return queued.get();
    }

    long totalAccepted() {
        return word >>> ACCEPTED_SHIFT;
    }

    long totalRejected() {
        return rejected.sum();
    }

    private static int active(long word) {
        return (int) (word & ACTIVE_MASK);
    }
}
