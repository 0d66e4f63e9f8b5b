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
 */
final class FairSemaphore implements HeldPermit {

    /*
     * Implementation
     * ==============
     *
     * While permits are free, one word holds the whole state: acquiring a permit is one compare-and-set, releasing it
     * one addition, and neither reads the queue. Threads that lose a compare-and-set back off [3].
     *
     *  bits       field      meaning
     *  ---------  ---------  ------------------------------------------------------------
     *  0 to 20    active     calls that hold a permit; at most 2^21 - 1
     *  21         WAITING    there may be waiters in the queue
     *  22 to 63   accepted   total of the permits granted; wraps around after 2^42 calls
     *
     * Waiting
     * -------
     * The queue is a lock-free skip list [2], ordered by ticket, from which a waiter can be removed at any position.
     * The WAITING bit connects word and queue. A waiter enters the queue first, then sets the bit, and then looks for
     * a free permit itself:
     *
     *  - A release before the bit was set does not read the queue, but the waiter finds its permit free.
     *  - A release after the bit was set grants its permit to the first waiter.
     *  - No call barges past the queue while the bit is set. This is what makes the semaphore fair, unlike a semaphore
     *    that lets a running thread acquire before a parked one [1].
     *
     * A permit is granted by acquiring it first and taking a waiter from the queue afterwards. If the queue turns out
     * to be empty, the permit is released again and the bit is cleared, after which the queue is checked once more.
     * Exactly one thread removes a waiter from the queue: the one that grants it a permit, or the one that cancels it.
     * A waiter that enqueues while the bit is being cleared may be barged once.
     *
     * Example
     * -------
     * Two permits. The word is written as (active, WAITING, accepted).
     *
     *  (0, -, 0)  A acquires a permit, then B:                               (1, -, 1), (2, -, 2)
     *  (2, -, 2)  C finds no permit, enters the queue, sets WAITING:         (2, W, 2)
     *  (2, W, 2)  A releases and finds the bit set:                          (1, W, 2)
     *  (1, W, 2)  A acquires the permit for the queue and grants it to C:    (2, W, 3)
     *  (2, W, 3)  B releases, acquires for the queue, finds it empty:        (1, W, 3), (2, W, 4)
     *  (2, W, 4)  B undoes the acquisition and clears the bit:               (1, W, 3), (1, -, 3)
     *
     * References
     * ----------
     * [1] D. Lea: The java.util.concurrent Synchronizer Framework (2005), on fairness and barging
     *     https://gee.cs.oswego.edu/dl/papers/aqs.pdf
     * [2] K. Fraser: Practical lock-freedom, UCAM-CL-TR-579 (2004), the origin of ConcurrentSkipListMap
     *     https://www.cl.cam.ac.uk/techreports/UCAM-CL-TR-579.html
     * [3] T. E. Anderson: The performance of spin lock alternatives for shared-memory multiprocessors (1990)
     *     https://doi.org/10.1109/71.80120
     */

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
    private static final long ADMIT_ONE = 1 + (1L << ACCEPTED_SHIFT);

    private static final VarHandle WORD = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "word", VarHandle.class, FairSemaphore.class, long.class);

    /** Waiters by ticket, that is, in order of arrival. Each can be removed from any position. */
    private final ConcurrentSkipListMap<Long, Waiter> queue = new ConcurrentSkipListMap<>();

    private final AtomicLong tickets = new AtomicLong();

    /** Waiters in the queue and about to enter it. */
    private final AtomicInteger queued = new AtomicInteger();

    private final LongAdder rejected = new LongAdder();
    /** Calls acquire a permit at once while fewer are active; zero in mode observe, so that every call is observed. */
    private volatile int maxAtOnce;

    /** Waiters are granted a permit while fewer are active. */
    private volatile int maxActive;

    private volatile int maxQueue;
    private volatile long word;

    FairSemaphore(int maxActive, int maxQueue) {
        this.maxAtOnce = maxActive;
        this.maxActive = maxActive;
        this.maxQueue = maxQueue;
    }

    /** Acquires a permit if one is free and no call waits for it. */
    boolean tryAcquire() {
        for (int spins = 0; ; spins = SpinBackoff.pause(spins)) {
            long seen = word;
            if ((seen & (ACTIVE_MASK | WAITING)) >= maxAtOnce) {
                return false;
            }
            if (WORD.compareAndSet(this, seen, seen + ADMIT_ONE)) {
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
    boolean cancel(long ticket) {
        if (queue.remove(ticket) == null) {
            return false;
        }
        queued.decrementAndGet();
        if (!tryClearWaitingBit()) {
            grantWaiting();
        }
        return true;
    }

    /** Acquires a permit whether one is free or not. */
    void acquireAnyway() {
        WORD.getAndAdd(this, ADMIT_ONE);
    }

    /** Releases a permit, and grants it to the first waiter if there is one. */
    @Override
    public void release() {
        long before = (long) WORD.getAndAdd(this, -1L);
        if ((before & WAITING) != 0) {
            grantWaiting();
        }
    }

    /** Changes the limits. Running calls keep their permits and waiters stay queued. */
    void resize(int newMaxActive, int newMaxQueue) {
        resize(newMaxActive, newMaxActive, newMaxQueue);
    }

    /** Lets all waiters proceed. From now on, no permit is acquired at once: calls {@link #acquireAnyway}. */
    void observe(int newMaxQueue) {
        resize(0, UNLIMITED, newMaxQueue);
    }

    private void resize(int newMaxAtOnce, int newMaxActive, int newMaxQueue) {
        maxAtOnce = newMaxAtOnce;
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
            if (!WORD.compareAndSet(this, seen, seen + ADMIT_ONE)) {
                continue;
            }
            Map.Entry<Long, Waiter> first = queue.pollFirstEntry();
            if (first != null) {
                queued.decrementAndGet();
                first.getValue().onPermit();
            } else {
                WORD.getAndAdd(this, -ADMIT_ONE);
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

    /** Returns the limit in force. */
    int maxActive() {
        return maxActive;
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
