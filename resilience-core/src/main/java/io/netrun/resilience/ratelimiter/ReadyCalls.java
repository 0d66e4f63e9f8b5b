package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.SafeLog;
import io.netrun.resilience.Workers;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands asynchronous calls that have waited to worker threads. Each call continues on its own thread, since it may
 * block. A thread passes the remaining calls on only after it has taken its own, so that they begin in order. The calls
 * are a linked list, whose nodes are allocated before the calls wait: a settled call that could not be added would
 * never begin.
 */
final class ReadyCalls implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(ReadyCalls.class);

    static final class Node {

        private @Nullable Waiter waiter;
        private volatile @Nullable Node next;

        Node(@Nullable Waiter waiter) {
            this.waiter = waiter;
        }
    }

    /** The node before the first one; for one thread after the other, which {@link #pending} passes on. */
    private Node head = new Node(null);

    private final AtomicReference<Node> tail = new AtomicReference<>(head);

    /** Calls to start. The thread that raises it above zero, or leaves it there, dispatches. */
    private final AtomicInteger pending = new AtomicInteger();

    /** Calls that were added and not yet passed to {@link #start()}. */
    private final AtomicInteger added = new AtomicInteger();

    /**
     * Notifies the waiter of a settled reservation: at once if it watches the clock, otherwise with the next
     * {@link #start()}.
     */
    void inform(Reservation reservation) {
        Node ready = reservation.ready();
        if (ready != null) {
            tail.getAndSet(ready).next = ready;
            added.incrementAndGet();
            return;
        }
        try {
            reservation.waiter().onSettled();
        } catch (Throwable thrown) {
            SafeLog.error(log, "A waiter of a rate limiter could not be informed", thrown);
        }
    }

    /** Starts the added calls. */
    void start() {
        int fresh = added.get() == 0 ? 0 : added.getAndSet(0);
        if (fresh > 0 && pending.getAndAdd(fresh) == 0) {
            Workers.executeReliably(this);
        }
    }

    @Override
    public void run() {
        Waiter call = poll();
        if (pending.decrementAndGet() > 0) {
            Workers.executeReliably(this);
        }
        if (call != null) {
            call.onSettled();
        }
    }

    private @Nullable Waiter poll() {
        Node before = head;
        Node first = before.next;
        if (first == null) {
            return null;
        }
        head = first;
        before.next = null; // its call may run for a long time, and would keep all that come later
        Waiter call = first.waiter;
        first.waiter = null;
        return call;
    }
}
