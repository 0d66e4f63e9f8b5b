package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.SafeLog;
import io.netrun.resilience.Workers;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands asynchronous calls that have waited to worker threads. Each call continues on its own thread, since it may
 * block. A thread passes the remaining calls on only after it has taken its own, so that they begin in order.
 */
final class ReadyCalls implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(ReadyCalls.class);

    private final ConcurrentLinkedQueue<Waiter> calls = new ConcurrentLinkedQueue<>();

    /** Calls to start. The thread that raises it above zero, or leaves it there, dispatches. */
    private final AtomicInteger pending = new AtomicInteger();

    /** Calls that were added and not yet passed to {@link #start()}. */
    private final AtomicInteger added = new AtomicInteger();

    /** Notifies a settled waiter: at once if it watches the clock, otherwise with the next {@link #start()}. */
    void inform(Waiter waiter) {
        if (!waiter.watchesClock()) {
            add(waiter);
            return;
        }
        try {
            waiter.onSettled();
        } catch (Throwable thrown) {
            SafeLog.error(log, "A waiter of a rate limiter could not be informed", thrown);
        }
    }

    private void add(Waiter call) {
        try {
            calls.add(call);
            added.incrementAndGet();
        } catch (Throwable outOfMemory) {
            Workers.executeReliably(call::onSettled);
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
        Waiter call = calls.poll();
        if (pending.decrementAndGet() > 0) {
            Workers.executeReliably(this);
        }
        if (call != null) {
            call.onSettled();
        }
    }
}
