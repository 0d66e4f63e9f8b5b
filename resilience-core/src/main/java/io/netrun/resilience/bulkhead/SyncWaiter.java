package io.netrun.resilience.bulkhead;

import io.netrun.resilience.CallInterruptedException;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.PendingWaits;
import io.netrun.resilience.Require;
import io.netrun.resilience.SpinBackoff;
import io.netrun.resilience.Ticker;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A sync caller that parks until it has a permit, has waited too long, is interrupted, its call is given up, or the
 * bulkhead is shut down. The timer only wakes it: it looks at the clock itself.
 */
final class SyncWaiter extends Deadline.InFlight implements FairSemaphore.Waiter, PendingWaits.Waiting {

    private static final long FOREVER = TimeUnit.DAYS.toNanos(1);

    private final Bulkhead bulkhead;
    private final BulkheadConfig config;
    private final FairSemaphore places;
    private final Deadline deadline;
    private final Thread thread = Thread.currentThread();
    private long ticket;
    private volatile boolean placed;
    private volatile boolean left;

    /** Written before {@link #left}. */
    private boolean closed;

    SyncWaiter(Bulkhead bulkhead, Deadline deadline) {
        this.bulkhead = bulkhead;
        this.config = bulkhead.config();
        this.places = bulkhead.sync();
        this.deadline = deadline;
    }

    /** Returns with a permit, or throws without one. */
    void take() {
        Ticker ticker = bulkhead.ticker();
        long since = ticker.nanoTime();
        ticket = places.enqueue(this);
        if (ticket == FairSemaphore.FULL) {
            throw bulkhead.rejectFull(config, places);
        }
        if (!placed) {
            try {
                await(ticker, since);
            } catch (Throwable thrown) {
                leave();
                throw thrown;
            }
        }
        if (deadline != Deadline.NONE && deadline.isOver()) {
            places.release();
            deadline.requireWanted();
        }
        bulkhead.waitedSince(since);
    }

    /** Returns with a permit; whoever catches what it throws has to {@link #leave()}. */
    private void await(Ticker ticker, long since) {
        Ticker.@Nullable Scheduled timer = wakeUp(ticker);
        deadline.register(this);
        bulkhead.waitingCalls().register(this);
        try {
            while (!placed) {
                if (left) {
                    throw closed ? bulkhead.rejectShutdown(config, places) : givenUp();
                }
                long wait = config.maxWait() == null
                        ? FOREVER
                        : Require.nanos(config.maxWait()) - (ticker.nanoTime() - since);
                if (wait <= 0) {
                    if (places.cancel(ticket, true)) {
                        left = true;
                        throw bulkhead.rejectTimedOut(config, places);
                    }
                    awaitVerdict();
                    continue;
                }
                LockSupport.parkNanos(this, wait);
                if (!placed && Thread.currentThread().isInterrupted()) {
                    throw new CallInterruptedException(
                            bulkhead.name(),
                            "Bulkhead '" + bulkhead.name() + "': interrupted while waiting for a permit",
                            new InterruptedException());
                }
            }
        } finally {
            tryEnd();
            bulkhead.waitingCalls().unregister(this);
            if (timer != null) {
                timer.cancel();
            }
        }
    }

    private RuntimeException givenUp() {
        return new CancellationException(
                "the call was given up while it waited for a permit of Bulkhead '" + bulkhead.name() + "'");
    }

    /** In real time a parked thread wakes by itself. */
    private Ticker.@Nullable Scheduled wakeUp(Ticker ticker) {
        Duration maxWait = config.maxWait();
        return maxWait == null || ticker == Ticker.system()
                ? null
                : ticker.schedule(() -> LockSupport.unpark(thread), Require.nanos(maxWait));
    }

    /** Leaves the queue, if it has not left; a permit that arrives at this very moment is released. */
    private void leave() {
        if (!left && !places.cancel(ticket, false)) {
            awaitVerdict();
            if (placed) {
                places.release();
            }
        }
    }

    /** The thread that took this out of the queue says in a moment whether it has a permit or is to leave. */
    private void awaitVerdict() {
        for (int checks = 0; !placed && !left; checks++) {
            SpinBackoff.await(checks);
        }
    }

    @Override
    protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
        if (places.cancel(ticket, false)) {
            left = true;
            LockSupport.unpark(thread);
        }
    }

    @Override
    public void onShutdown() {
        if (places.cancel(ticket, true)) {
            closed = true;
            left = true;
            LockSupport.unpark(thread);
        }
    }

    @Override
    public void onPermit() {
        placed = true;
        LockSupport.unpark(thread);
    }
}
