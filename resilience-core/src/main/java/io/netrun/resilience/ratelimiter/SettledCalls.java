package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.SafeLog;
import io.netrun.resilience.Workers;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asynchronous calls that have waited, on their way to workers. Each goes on on a thread of its own, since what it runs
 * may block; but a thread passes the rest on only when it has taken its own call, so that they begin in their order.
 */
final class SettledCalls implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(SettledCalls.class);

    private final ConcurrentLinkedQueue<Waiter> calls = new ConcurrentLinkedQueue<>();

    /** Calls that are to be started; the thread that makes it more than zero, or leaves it so, dispatches. */
    private final AtomicInteger pending = new AtomicInteger();

    /** Calls that were added and not yet handed to {@link #start()}. */
    private final AtomicInteger added = new AtomicInteger();

    /**
     * Informs a waiter that it was settled: at once if it watches the clock, otherwise with the next {@link #start()}.
     */
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

    /** Starts what was added. */
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
