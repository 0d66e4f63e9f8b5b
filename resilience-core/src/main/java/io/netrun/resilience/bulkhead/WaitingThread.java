package io.netrun.resilience.bulkhead;

import io.netrun.resilience.CallInterruptedException;
import io.netrun.resilience.Require;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.Waits;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A sync caller that parks until it has a place, has waited too long, is interrupted, or the bulkhead is closed. */
final class WaitingThread implements Places.Waiter, Waits.Waiting {

    private final Bulkhead bulkhead;
    private final Places places;
    private final Thread thread = Thread.currentThread();
    private long ticket;
    private volatile boolean placed;
    private volatile boolean expired;

    /** Written before {@link #expired}. */
    private boolean closed;

    WaitingThread(Bulkhead bulkhead) {
        this.bulkhead = bulkhead;
        this.places = bulkhead.sync();
    }

    /** Returns with a place, or throws without one. */
    void take() {
        long since = bulkhead.ticker().nanoTime();
        ticket = places.enqueue(this);
        if (ticket == Places.FULL) {
            throw bulkhead.full(places);
        }
        if (!placed) {
            await();
            bulkhead.waitedSince(since);
        }
    }

    private void await() {
        Ticker.@Nullable Scheduled timer = limitWait();
        bulkhead.waitingCalls().begin(this);
        try {
            while (!placed && !expired) {
                LockSupport.park(this);
                if (!placed && Thread.currentThread().isInterrupted()) {
                    leaveInterrupted();
                }
            }
        } finally {
            bulkhead.waitingCalls().end(this);
            if (timer != null) {
                timer.cancel();
            }
        }
        if (!placed) {
            throw closed ? bulkhead.closed(places) : bulkhead.waitedTooLong(places);
        }
    }

    private Ticker.@Nullable Scheduled limitWait() {
        Duration maxWait = bulkhead.config().maxWait();
        if (maxWait == null) {
            return null;
        }
        try {
            return bulkhead.ticker().schedule(this::expire, Require.nanos(maxWait));
        } catch (Throwable noTimer) {
            leave();
            throw noTimer;
        }
    }

    /** Leaves the queue; a place that arrives at this very moment is given back. */
    private void leave() {
        if (!places.withdraw(ticket, false)) {
            awaitVerdict();
            if (placed) {
                places.giveBack();
            }
        }
    }

    private void leaveInterrupted() {
        leave();
        throw new CallInterruptedException(
                bulkhead.name(),
                "Bulkhead '" + bulkhead.name() + "': interrupted while waiting for a place",
                new InterruptedException());
    }

    /** Whoever took this out of the queue says in a moment whether it has a place or has waited too long. */
    private void awaitVerdict() {
        while (!placed && !expired) {
            Thread.onSpinWait();
        }
    }

    private void expire() {
        if (places.withdraw(ticket, true)) {
            expired = true;
            LockSupport.unpark(thread);
        }
    }

    @Override
    public void closed() {
        if (places.withdraw(ticket, true)) {
            closed = true;
            expired = true;
            LockSupport.unpark(thread);
        }
    }

    @Override
    public void granted() {
        placed = true;
        LockSupport.unpark(thread);
    }
}
