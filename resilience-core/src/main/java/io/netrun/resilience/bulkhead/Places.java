package io.netrun.resilience.bulkhead;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The state machine: places that calls take and give back, and the queue of calls that wait for one. It knows nothing of
 * threads or futures: a {@link Waiter} hears that it has got a place.
 *
 * <p>While there are free places, one word holds everything: the number of active calls, the total accepted, and whether
 * anyone waits. Taking a place is one compare-and-set, giving it back one addition, and neither looks at the queue. Only
 * with all places taken does a short lock guard the queue. The {@link #WAITING} bit is what ties the two together: it is
 * set while the queue has anyone in it, so nobody takes a place past the queue, and whoever gives a place back knows to
 * hand it on. Nobody's code runs under the lock.
 */
final class Places {

    /** Something that waits for a place. */
    interface Waiter {

        /** A place is yours: give it back exactly once. Called once at most, outside of the lock; must be quick. */
        void granted();
    }

    /** What came of asking for a place. */
    enum Answer {
        TAKEN,
        QUEUED,
        FULL
    }

    /** Bits 0 to 20: active calls. Bit 21: someone waits. Bits 22 to 63: total accepted. */
    private static final long ACTIVE_MASK = (1L << 21) - 1;

    /** As many active calls as can be counted, which is more than a JVM can hold. */
    static final int UNLIMITED = (int) ACTIVE_MASK;

    private static final long WAITING = 1L << 21;
    private static final int ACCEPTED_SHIFT = 22;
    private static final long TAKE = 1 + (1L << ACCEPTED_SHIFT);

    private static final VarHandle WORD;

    static {
        try {
            WORD = MethodHandles.lookup().findVarHandle(Places.class, "word", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashSet<Waiter> queue = new LinkedHashSet<>(); // in order of arrival, left from anywhere
    private final LongAdder rejected = new LongAdder();
    private volatile int maxActive;
    private volatile int maxQueue;
    private volatile long word;

    Places(int maxActive, int maxQueue) {
        this.maxActive = maxActive;
        this.maxQueue = maxQueue;
    }

    /** Takes a place if one is free and nobody waits for it. */
    boolean tryTake() {
        long seen = word;
        while ((seen & (ACTIVE_MASK | WAITING)) < maxActive) {
            long witness = (long) WORD.compareAndExchange(this, seen, seen + TAKE);
            if (witness == seen) {
                return true;
            }
            seen = witness;
        }
        return false;
    }

    /** Takes a place, or stands in the queue for one. */
    Answer takeOrWait(Waiter waiter) {
        lock.lock();
        try {
            while (true) {
                if (queue.isEmpty() && tryTake()) {
                    return Answer.TAKEN;
                }
                if (queue.size() >= maxQueue) {
                    rejected.increment();
                    return Answer.FULL;
                }
                long seen = word;
                boolean noneFree = (seen & WAITING) != 0 || active(seen) >= maxActive;
                if (noneFree && WORD.compareAndSet(this, seen, seen | WAITING)) {
                    queue.add(waiter);
                    return Answer.QUEUED;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes a waiter out of the queue; false if it has got a place, or will hear of it at any moment. */
    boolean withdraw(Waiter waiter, boolean asRejected) {
        lock.lock();
        try {
            boolean removed = queue.remove(waiter);
            if (removed) {
                if (asRejected) {
                    rejected.increment();
                }
                clearIfNoneWait();
            }
            return removed;
        } finally {
            lock.unlock();
        }
    }

    /** Gives a place back, and hands it on if someone waits. */
    void giveBack() {
        long before = (long) WORD.getAndAdd(this, -1L);
        if ((before & WAITING) != 0) {
            handOn();
        }
    }

    /** Changes the limits; calls that run or wait keep their places. */
    void resize(int newMaxActive, int newMaxQueue) {
        maxActive = newMaxActive;
        maxQueue = newMaxQueue;
        handOn();
    }

    private void handOn() {
        List<Waiter> granted = new ArrayList<>(1);
        lock.lock();
        try {
            Iterator<Waiter> first = queue.iterator();
            while (first.hasNext() && active(word) < maxActive) {
                // Only this lock's holder adds to the active count while someone waits, so there is nothing to undo.
                WORD.getAndAdd(this, TAKE);
                granted.add(first.next());
                first.remove();
            }
            clearIfNoneWait();
        } finally {
            lock.unlock();
        }
        granted.forEach(Waiter::granted);
    }

    private void clearIfNoneWait() {
        if (queue.isEmpty()) {
            WORD.getAndBitwiseAnd(this, ~WAITING);
        }
    }

    int active() {
        return active(word);
    }

    int queued() {
        lock.lock();
        try {
            return queue.size();
        } finally {
            lock.unlock();
        }
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
