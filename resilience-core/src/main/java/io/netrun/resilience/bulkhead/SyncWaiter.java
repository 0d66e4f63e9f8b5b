package io.netrun.resilience.bulkhead;

import io.netrun.resilience.CallInterruptedException;
import io.netrun.resilience.CallRejectedException;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.PendingWaits;
import io.netrun.resilience.Require;
import io.netrun.resilience.SpinBackoff;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.Workers;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A sync caller that parks until it is granted a permit, times out, is interrupted, its call is abandoned, or the
 * bulkhead shuts down. It checks the clock itself; a timer wakes it where it cannot, or its clock may be wrong.
 */
final class SyncWaiter extends Deadline.InFlight implements FairSemaphore.Waiter, PendingWaits.Waiting {

    private static final long MAX_PARK_NANOS = TimeUnit.DAYS.toNanos(1);

    private final Bulkhead bulkhead;
    private final BulkheadConfig config;
    private final FairSemaphore semaphore;
    private final Deadline deadline;
    private final Thread thread = Thread.currentThread();
    private final FairSemaphore.Node node = new FairSemaphore.Node(this);

    /** When the wait began; written before the node is in the queue. */
    private long since;

    /** Written before the node is left; without effect if it was ended before. */
    private volatile boolean shutDown;

    /** As {@link #shutDown}, if the time of this wait is over. */
    private volatile boolean overdue;

    /** Whether the timer has fired, which ends this wait whatever a foreign clock reads. */
    private volatile boolean due;

    SyncWaiter(Bulkhead bulkhead, Deadline deadline) {
        this.bulkhead = bulkhead;
        this.config = bulkhead.config();
        this.semaphore = bulkhead.sync();
        this.deadline = deadline;
    }

    /** Returns with a permit, or throws without one. */
    void acquire() {
        Ticker ticker = bulkhead.ticker();
        since = ticker.nanoTime();
        if (!semaphore.enqueue(node)) {
            throw bulkhead.published(bulkhead.rejectFull(config, semaphore), semaphore);
        }
        try {
            if (!node.isGranted()) {
                await(ticker);
            }
            if (Thread.currentThread().isInterrupted()) {
                throw interrupted(); // the next waiter gets the permit
            }
            bulkhead.waitedSince(since);
            deadline.requireWanted();
            semaphore.countAccepted();
        } catch (Throwable thrown) {
            leave();
            throw thrown;
        }
    }

    /** Returns with a permit. If this throws, the caller must {@link #leave()}. */
    private void await(Ticker ticker) {
        Ticker.@Nullable Scheduled timer = wakeUp(ticker);
        deadline.register(this);
        bulkhead.pendingWaits().register(this);
        try {
            while (!node.isGranted()) {
                if (node.isLeft()) {
                    throw left();
                }
                long wait = due ? 0 : remainingNanos(ticker);
                if (wait <= 0) {
                    if (semaphore.cancel(node)) {
                        throw rejected(bulkhead.rejectTimedOut(config, semaphore));
                    }
                    continue;
                }
                LockSupport.parkNanos(this, wait);
                if (Thread.currentThread().isInterrupted()) {
                    throw interrupted();
                }
            }
        } finally {
            tryEnd();
            bulkhead.pendingWaits().unregister(this);
            if (timer != null) {
                timer.cancel();
            }
        }
    }

    /** Returns the nanoseconds until this wait ends without a permit; at most those after which to look again. */
    private long remainingNanos(Ticker ticker) {
        return config.maxWait() == null
                ? MAX_PARK_NANOS
                : Require.nanos(config.maxWait()) - (ticker.nanoTime() - since);
    }

    /** Returns the failure of a call whose node another thread has left. */
    private RuntimeException left() {
        if (shutDown) {
            return rejected(bulkhead.rejectShutdown(config));
        }
        if (Thread.currentThread().isInterrupted()) {
            return interrupted();
        }
        return overdue ? rejected(bulkhead.rejectTimedOut(config, semaphore)) : givenUp();
    }

    private CallInterruptedException interrupted() {
        return new CallInterruptedException(
                bulkhead.name(),
                "Bulkhead '" + bulkhead.name() + "': interrupted while waiting for a permit",
                new InterruptedException());
    }

    /** Counts the rejection, unless the call was given up before: then its caller does not get the rejection. */
    private RuntimeException rejected(CallRejectedException rejection) {
        if (deadline.isOver()) {
            return givenUp();
        }
        semaphore.countRejected();
        return bulkhead.published(rejection, semaphore);
    }

    private RuntimeException givenUp() {
        return new CancellationException(
                "the call was given up while it waited for a permit of Bulkhead '" + bulkhead.name() + "'");
    }

    /**
     * In real time a parked thread wakes up by itself. A virtual one does not while all carriers are busy, so that a
     * worker ends the wait instead: the waiter would stay in the queue.
     */
    private Ticker.@Nullable Scheduled wakeUp(Ticker ticker) {
        Duration maxWait = config.maxWait();
        if (maxWait == null) {
            return null;
        }
        if (SpinBackoff.isOnVirtualThread()) {
            return ticker.schedule(Workers.handOverWhenDue(this::expire), Require.nanos(maxWait));
        }
        return ticker == Ticker.system() ? null : ticker.schedule(this::wake, Require.nanos(maxWait));
    }

    private void wake() {
        due = true;
        LockSupport.unpark(thread);
    }

    /** Leaves the queue in place of the waiting thread, on a worker. */
    private void expire() {
        overdue = true;
        if (semaphore.cancel(node)) {
            LockSupport.unpark(thread);
        }
    }

    /** Leaves the queue unless it already has. A permit granted at the same time is released. */
    private void leave() {
        if (!semaphore.cancel(node) && node.isGranted()) {
            semaphore.release();
        }
    }

    @Override
    protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
        if (semaphore.cancel(node)) {
            LockSupport.unpark(thread);
        }
    }

    @Override
    public void onShutdown() {
        shutDown = true;
        if (semaphore.cancel(node)) {
            LockSupport.unpark(thread);
        }
    }

    /** Also once it is interrupted. A virtual thread cannot leave by itself while all carriers are busy. */
    @Override
    public boolean isOverdue() {
        try {
            if (thread.isInterrupted()) {
                return true;
            }
            if (remainingNanos(bulkhead.ticker()) > 0) {
                return false;
            }
        } catch (Throwable unknown) {
            return false; // the ticker and the class of the thread may be foreign code
        }
        overdue = true;
        return true;
    }

    @Override
    public void onPermit() {
        LockSupport.unpark(thread);
    }
}
