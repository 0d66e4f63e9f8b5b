package io.netrun.resilience.bulkhead;

import io.netrun.resilience.SafeLog;
import io.netrun.resilience.SpinBackoff;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
     *  22 to 63   accepted   total of the calls admitted; wraps around after 2^42 calls
     *
     * Waiting
     * -------
     * The queue is a linked list of nodes that any thread appends to [2]. A node ends once, by one compare-and-set: it
     * is granted, or its waiter leaves. A node that was left stays linked until a grant passes it, or until such
     * nodes outnumber the waiters. One thread at a time takes nodes from the list and grants them; a thread that
     * finds another one at it leaves a request and moves on. The WAITING bit connects word and queue. A waiter enters
     * the queue first, then sets the bit, and then looks for a free permit itself:
     *
     *  - A release before the bit was set does not read the queue, but the waiter finds its permit free.
     *  - A release after the bit was set grants its permit to the first waiter.
     *  - No call barges past the queue while the bit is set. This is what makes the semaphore fair, unlike a semaphore
     *    that lets a running thread acquire before a parked one [1].
     *
     * A waiter whose time is over gets no permit, but leaves once it is the first, if its thread could not run yet.
     *
     * A permit is granted by acquiring it first and taking a waiter from the queue afterwards. If the queue turns out
     * to be empty, the permit is released again and the bit is cleared, after which the queue is checked once more.
     * A waiter that enqueues while the bit is being cleared may be barged once.
     *
     * A call that has waited is counted as accepted when it begins and not with the grant: it may be cancelled between
     * the two, and a total that was seen never decreases.
     *
     * Memory
     * ------
     * Between two steps of a change nothing is allocated, since an OutOfMemoryError there would lose a permit or a
     * node for ever. A node is allocated before its waiter is counted, and a grant allocates nothing.
     *
     * Example
     * -------
     * Two permits. The word is written as (active, WAITING, accepted).
     *
     *  (0, -, 0)  A acquires a permit, then B:                               (1, -, 1), (2, -, 2)
     *  (2, -, 2)  C finds no permit, enters the queue, sets WAITING:         (2, W, 2)
     *  (2, W, 2)  A releases and finds the bit set:                          (1, W, 2)
     *  (1, W, 2)  A acquires the permit for the queue and grants it to C:    (2, W, 2)
     *  (2, W, 2)  C begins:                                                  (2, W, 3)
     *  (2, W, 3)  B releases, acquires for the queue, finds it empty:        (1, W, 3), (2, W, 3)
     *  (2, W, 3)  B undoes the acquisition and clears the bit:               (1, W, 3), (1, -, 3)
     *
     * References
     * ----------
     * [1] D. Lea: The java.util.concurrent Synchronizer Framework (2005), on fairness and barging
     *     https://gee.cs.oswego.edu/dl/papers/aqs.pdf
     * [2] D. Vyukov: Intrusive MPSC node-based queue (2010)
     *     https://www.1024cores.net/home/lock-free-algorithms/queues/intrusive-mpsc-node-based-queue
     * [3] T. E. Anderson: The performance of spin lock alternatives for shared-memory multiprocessors (1990)
     *     https://doi.org/10.1109/71.80120
     */

    /** A call that waits for a permit. */
    interface Waiter {

        /**
         * Grants the permit, which must be released exactly once, or if this {@linkplain #isOverdue is overdue}, ends
         * the wait without one. Called at most once, on any thread; must be quick.
         */
        void onPermit();

        /**
         * Returns whether the waiter would have left by now, if its thread could run; by default false. It gets no
         * permit then, which would be idle until the thread runs. Must be quick, allocate nothing and not throw.
         */
        default boolean isOverdue() {
            return false;
        }
    }

    /** A waiter's node in the queue. It ends once: it is granted, or left. Nothing is allocated for either. */
    static final class Node {

        private static final AtomicIntegerFieldUpdater<Node> STATE =
                AtomicIntegerFieldUpdater.newUpdater(Node.class, "state");

        private static final int OPEN = 0;
        private static final int GRANTED = 1;
        private static final int LEFT = 2;

        /** Cleared by the thread that ends this node, because the node may stay linked. */
        private @Nullable Waiter waiter;

        private volatile int state;
        private volatile @Nullable Node next;

        /** Confined to the thread that grants. */
        private @Nullable Node nextGranted;

        Node(@Nullable Waiter waiter) {
            this.waiter = waiter;
        }

        /** Returns whether the waiter has a permit. */
        boolean isGranted() {
            return state == GRANTED;
        }

        /** Returns whether the waiter has left without a permit. */
        boolean isLeft() {
            return state == LEFT;
        }

        private boolean tryEnd(int end) {
            return STATE.compareAndSet(this, OPEN, end);
        }
    }

    private static final Logger log = LoggerFactory.getLogger(FairSemaphore.class);

    /** Whether each step has run once in this JVM. */
    private static volatile boolean linked;

    /** The number of nodes that may have been left and be linked, beyond that of the waiters. */
    private static final int MAX_LEFT = 32;

    /** Bits 0 to 20. */
    private static final long ACTIVE_MASK = (1L << 21) - 1;

    /** The largest number of active calls that can be counted, which is more than a JVM can hold. */
    static final int UNLIMITED = (int) ACTIVE_MASK;

    private static final long WAITING = 1L << 21;
    private static final int ACCEPTED_SHIFT = 22;
    private static final long ACCEPT_ONE = 1L << ACCEPTED_SHIFT;
    private static final long ADMIT_ONE = 1 + ACCEPT_ONE;

    private static final VarHandle WORD = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "word", VarHandle.class, FairSemaphore.class, long.class);

    /** The node before the first one; confined to the thread that grants. */
    private Node head = new Node(null);

    private final AtomicReference<Node> tail = new AtomicReference<>(head);

    /** Waiters in the queue and about to enter it. */
    private final AtomicInteger queued = new AtomicInteger();

    /** Nodes that were left since they were last unlinked. */
    private final AtomicInteger left = new AtomicInteger();

    /** Requests to grant; above zero while a thread grants. */
    private final AtomicInteger requests = new AtomicInteger();

    private final AtomicLong rejected = new AtomicLong(); // no adder, which allocates

    /** Calls acquire a permit at once while fewer are active; zero in mode observe, so that every call is observed. */
    private volatile int maxAtOnce;

    /** Waiters are granted a permit while fewer are active. */
    private volatile int maxActive;

    private volatile int maxQueue;
    private volatile long word;

    /**
     * What the permits belong to; null for nothing. Who holds a permit keeps it in memory: a bulkhead that was evicted
     * from its family is found again as long as a call runs in it, and its limit is not granted twice.
     */
    @SuppressWarnings("UnusedVariable") // it is only kept
    private final @Nullable Object owner;

    FairSemaphore(int maxActive, int maxQueue) {
        this(maxActive, maxQueue, null);
    }

    FairSemaphore(int maxActive, int maxQueue, @Nullable Object owner) {
        this.owner = owner;
        this.maxAtOnce = maxActive;
        this.maxActive = maxActive;
        this.maxQueue = maxQueue;
        if (!linked) {
            linkSteps();
        }
    }

    /** Runs each step once where nothing can be lost, because the JVM allocates when it runs one for the first time. */
    private static void linkSteps() {
        linked = true;
        try {
            FairSemaphore steps = new FairSemaphore(1, 2);
            steps.tryAcquire();
            Node leaving = new Node(null);
            steps.enqueue(new Node(() -> {}));
            steps.enqueue(leaving);
            steps.cancel(leaving);
            steps.release();
            steps.countAccepted();
            steps.countNotAccepted();
            steps.release();
            steps.acquireAnyway();
            steps.release();
        } catch (Throwable outOfMemory) {
            linked = false;
            throw outOfMemory;
        }
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
     * @param node a new one
     * @return false if the queue is full; the node is then left
     */
    boolean enqueue(Node node) {
        int seen;
        do {
            seen = queued.get();
            if (seen >= maxQueue) {
                node.tryEnd(Node.LEFT);
                rejected.incrementAndGet();
                return false;
            }
        } while (!queued.compareAndSet(seen, seen + 1));
        tail.getAndSet(node).next = node;
        setWaitingBit();
        grantWaiting();
        return true;
    }

    /** Counts a call that begins with a permit for which it has waited. */
    void countAccepted() {
        WORD.getAndAdd(this, ACCEPT_ONE);
    }

    /** Takes back {@link #countAccepted}, because the call was cancelled before its code was called. */
    void countNotAccepted() {
        WORD.getAndAdd(this, -ACCEPT_ONE);
    }

    /** Counts a call that is rejected without entering the queue. */
    void countRejected() {
        rejected.incrementAndGet();
    }

    /** Leaves the queue. Returns false if the waiter has been granted a permit, or has left. */
    boolean cancel(Node node) {
        if (!node.tryEnd(Node.LEFT)) {
            return false;
        }
        node.waiter = null;
        int waiters = queued.decrementAndGet();
        boolean lookAgain = mustLookAgain();
        if (left.incrementAndGet() > waiters + MAX_LEFT || lookAgain) {
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

    /** Grants free permits to waiters in order of arrival, or has the thread do so that is at it. Never throws. */
    private void grantWaiting() {
        if (requests.getAndIncrement() != 0) {
            return;
        }
        Node first = null;
        Node last = null;
        int seen = 1;
        do {
            if (left.get() > queued.get() + MAX_LEFT) {
                unlinkLeft();
            }
            for (Node granted = tryGrant(); granted != null; granted = tryGrant()) {
                if (last == null) {
                    first = granted;
                } else {
                    last.nextGranted = granted;
                }
                last = granted;
            }
            seen = requests.addAndGet(-seen);
        } while (seen != 0);
        inform(first);
    }

    /** Informs waiters that are granted a permit or overdue, when other threads may grant again. */
    private static void inform(@Nullable Node first) {
        for (Node granted = first; granted != null; ) {
            Node next = granted.nextGranted;
            Waiter waiter = granted.waiter;
            granted.nextGranted = null;
            granted.waiter = null;
            try {
                if (waiter != null) {
                    waiter.onPermit();
                }
            } catch (Throwable thrown) {
                SafeLog.error(log, "A waiter of a bulkhead could not be informed", thrown);
            }
            granted = next;
        }
    }

    /**
     * Grants a permit to the first waiter, which leaves instead if it is overdue; returns null if there is none, or no
     * permit is free.
     */
    private @Nullable Node tryGrant() {
        while (true) {
            long seen = word;
            if ((seen & WAITING) == 0 || active(seen) >= maxActive) {
                return null;
            }
            if (!WORD.compareAndSet(this, seen, seen + 1)) {
                continue;
            }
            Node first = takeFirst();
            if (first != null) {
                if (first.isLeft()) {
                    WORD.getAndAdd(this, -1L);
                }
                return first;
            }
            WORD.getAndAdd(this, -1L);
            if (!mustLookAgain()) {
                return null; // a waiter that is about to enter requests a grant afterwards
            }
        }
    }

    private @Nullable Node takeFirst() {
        for (Node next = head.next; next != null; next = head.next) {
            head.next = null;
            head = next;
            if (next.tryEnd(isOverdue(next) ? Node.LEFT : Node.GRANTED)) {
                queued.decrementAndGet();
                return next;
            }
        }
        return null;
    }

    private static boolean isOverdue(Node node) {
        Waiter waiter = node.waiter;
        return waiter != null && waiter.isOverdue();
    }

    /** Unlinks the nodes that were left, but for the last one, which another may be appended to. */
    private void unlinkLeft() {
        left.set(0);
        Node before = head;
        for (Node each = before.next; each != null; ) {
            Node next = each.next;
            if (next != null && each.isLeft()) {
                before.next = next;
                each.next = null; // a call that has left may keep it, and would keep those behind
            } else {
                before = each;
            }
            each = next;
        }
    }

    /**
     * Clears the {@link #WAITING} bit if nobody waits, and checks that again. Returns true if a waiter has entered in
     * between: a permit that was released meanwhile must be granted, and that waiter may have been barged once.
     */
    private boolean mustLookAgain() {
        if (queued.get() != 0) {
            return false;
        }
        WORD.getAndBitwiseAnd(this, ~WAITING);
        if (queued.get() == 0) {
            return false;
        }
        setWaitingBit();
        return true;
    }

    private void setWaitingBit() {
        WORD.getAndBitwiseOr(this, WAITING);
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
        return rejected.get();
    }

    /** Returns the number of nodes in the list; for tests, while no thread grants. */
    int countLinked() {
        int count = 0;
        for (Node each = head.next; each != null; each = each.next) {
            count++;
        }
        return count;
    }

    private static int active(long word) {
        return (int) (word & ACTIVE_MASK);
    }
}
