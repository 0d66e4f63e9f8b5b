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
 * A fair, lock-free semaphore with an asynchronous wait queue. Independent of threads and futures: a granted
 * {@link Waiter} is notified through {@link Waiter#onPermit}. No operation blocks.
 *
 * <h2>The word</h2>
 *
 * <table>
 * <caption>Bits</caption>
 * <tr><td>0 to 20</td><td>Active calls.</td></tr>
 * <tr><td>21</td><td>{@link #WAITING}: there may be waiters in the queue.</td></tr>
 * <tr><td>22 to 63</td><td>Total of accepted calls.</td></tr>
 * </table>
 *
 * <p>While permits are free, the word holds the whole state: acquiring a permit is one compare-and-set, releasing it
 * one addition, and neither reads the queue. The {@link #WAITING} bit connects word and queue. A waiter enters the
 * queue first and then sets the bit, after which no call barges past the queue, and a release grants its permit to the
 * first waiter. If a permit was released before the bit was set, the waiter finds it free itself. A waiter is removed
 * from the queue by exactly one thread: the one that grants it a permit, or the one that cancels it.
 */
final class FairSemaphore {

    /** A call that waits for a permit. */
    interface Waiter {

        /**
         * Grants the permit, which must be released exactly once. Called at most once, on any thread; must be quick.
         */
        void onPermit();
    }

    /** Returned by {@link #enqueue} if the queue is full. */
    static final long FULL = -1;

    /** Bits 0 to 20. */
    private static final long ACTIVE_MASK = (1L << 21) - 1;

    /** The largest number of active calls that can be counted, which is more than a JVM can hold. */
    static final int UNLIMITED = (int) ACTIVE_MASK;

    private static final long WAITING = 1L << 21;
    private static final int ACCEPTED_SHIFT = 22;
    private static final long TAKE = 1 + (1L << ACCEPTED_SHIFT);

    private static final VarHandle WORD = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "word", VarHandle.class, FairSemaphore.class, long.class);

    /** Waiters by ticket, that is, in order of arrival. Each can be removed from any position. */
    private final ConcurrentSkipListMap<Long, Waiter> queue = new ConcurrentSkipListMap<>();

    private final AtomicLong tickets = new AtomicLong();

    /** Waiters in the queue and about to enter it. */
    private final AtomicInteger queued = new AtomicInteger();

    private final LongAdder rejected = new LongAdder();
    private volatile int maxActive;
    private volatile int maxQueue;
    private volatile long word;

    FairSemaphore(int maxActive, int maxQueue) {
        this.maxActive = maxActive;
        this.maxQueue = maxQueue;
    }

    /** Acquires a permit if one is free and no call waits for it. */
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
     * Enters the queue for a permit, which may be granted before this returns.
     *
     * @return the ticket for {@link #cancel}; {@link #FULL} if the queue is full
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

    /** Counts a call that is rejected without entering the queue. */
    void countRejected() {
        rejected.increment();
    }

    /** Removes a waiter from the queue. Returns false if it has been granted a permit, or is about to be. */
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

    /** Releases a permit, and grants it to the first waiter if there is one. */
    void release() {
        long before = (long) WORD.getAndAdd(this, -1L);
        if ((before & WAITING) != 0) {
            grantWaiting();
        }
    }

    /** Changes the limits. Running calls keep their permits and waiters stay queued. */
    void resize(int newMaxActive, int newMaxQueue) {
        maxActive = newMaxActive;
        maxQueue = newMaxQueue;
        grantWaiting();
    }

    /** Grants free permits to waiters in order of arrival. */
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
     * Clears the {@link #WAITING} bit if the queue is empty and re-checks. Returns true if it stayed empty. A waiter
     * that enqueues in between may be barged once.
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
