package io.netrun.resilience.bulkhead;

import io.netrun.resilience.CallRejectedException;
import io.netrun.resilience.CallerContext;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import io.netrun.resilience.PendingWaits;
import io.netrun.resilience.Require;
import io.netrun.resilience.SpinBackoff;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.Workers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An asynchronous call that waits for its permit without a thread. Once granted, it starts on a worker thread: on the
 * thread that released the permit it would delay that thread, and calls that end at once would recurse.
 */
final class AsyncWaiter<T extends @Nullable Object> extends AsyncRunningCall<T>
        implements FairSemaphore.Waiter, PendingWaits.Waiting {

    private final Bulkhead bulkhead;
    private final BulkheadConfig config;
    private final FairSemaphore semaphore;
    private final Deadline deadline;
    private final long since;

    /** What is needed to start the call. The thread that takes it ends the wait. */
    private final AtomicReference<@Nullable Start<T>> start;

    private final GivenUp givenUp = new GivenUp();
    private long ticket;

    /** Whether this has a permit, which belongs to the thread that takes {@link #start}. */
    private volatile boolean granted;

    private volatile Ticker.@Nullable Scheduled timer;

    /** The scope of the started call, by which a cancel reaches it while it has no future yet. */
    private volatile @Nullable Deadline scope;

    AsyncWaiter(
            Bulkhead bulkhead,
            FairSemaphore semaphore,
            Layer next,
            CheckedSupplier<? extends CompletionStage<T>, ?> body,
            Deadline deadline) {
        super(semaphore, null);
        this.bulkhead = bulkhead;
        this.config = bulkhead.config();
        this.semaphore = semaphore;
        this.deadline = deadline;
        this.start = new AtomicReference<>(new Start<>(next, body, CallerContext.capture()));
        this.since = bulkhead.ticker().nanoTime();
    }

    CompletableFuture<T> acquire() {
        ticket = semaphore.enqueue(this);
        if (ticket == FairSemaphore.FULL) {
            start.set(null);
            fail(bulkhead.published(bulkhead.rejectFull(config, semaphore), semaphore));
        } else if (isWaiting()) {
            limitWait();
            bulkhead.pendingWaits().register(this);
            deadline.register(givenUp);
            if (!isWaiting()) {
                waitEnds();
            }
        }
        return this;
    }

    private boolean isWaiting() {
        return !granted && start.get() != null && !hasEnded();
    }

    private void limitWait() {
        Duration maxWait = config.maxWait();
        if (maxWait == null) {
            return;
        }
        try {
            timer = bulkhead.ticker().schedule(Workers.handOverWhenDue(this::expire), Require.nanos(maxWait));
        } catch (Throwable noTimer) {
            if (semaphore.cancel(ticket)) {
                start.set(null);
                fail(noTimer);
            }
        }
    }

    private void expire() {
        if (semaphore.cancel(ticket)) {
            end(bulkhead.rejectTimedOut(config, semaphore)).run();
        }
    }

    @Override
    public void onShutdown() {
        if (semaphore.cancel(ticket)) {
            Workers.executeReliably(end(bulkhead.rejectShutdown(config)));
        }
    }

    /**
     * Ends the wait with a rejection, which is counted now, unless the call was cancelled or given up before: then its
     * caller does not get the rejection. The returned task runs in the caller's context.
     */
    private Runnable end(CallRejectedException rejection) {
        if (deadline.isOver()) {
            return leave();
        }
        Start<T> left = start.getAndSet(null);
        waitEnds();
        Runnable ending = left == null
                ? () -> publishFailure(rejection)
                : left.context.wrap(() -> reject(rejection, left.context), unusable -> publishFailure(rejection));
        if (!tryEnd()) {
            return () -> {};
        }
        semaphore.countRejected();
        return ending;
    }

    @SuppressWarnings("NullAway") // with a failure, the value is ignored
    private void reject(CallRejectedException rejection, CallerContext context) {
        announceThenPublish(bulkhead.rejectedEvent(rejection, semaphore), null, rejection, context);
    }

    /** Leaves the queue when an outer policy abandons the call, which need not cancel this future. */
    private final class GivenUp extends Deadline.InFlight {

        @Override
        protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
            if (semaphore.cancel(ticket)) {
                Workers.executeReliably(leave());
            }
        }
    }

    /** Ends the wait without a permit, because nobody waits for the call. The task runs in the caller's context. */
    private Runnable leave() {
        Start<T> left = start.getAndSet(null);
        waitEnds();
        Runnable leaving = () -> cancel(false);
        return left == null ? leaving : left.context.wrap(leaving, this::fail);
    }

    @Override
    public void onPermit() {
        granted = true; // before the checks: a cancel finds the permit, or is found here
        Start<T> call = start.get();
        waitEnds();
        bulkhead.waitedSince(since);
        if (hasEnded()) {
            releaseUnused();
        } else if (call != null) {
            Workers.executeReliably(call.context.wrap(this::begin, this::failToStart));
        }
    }

    /** Releases the permit unless the call has begun: a worker that begins later finds nothing to start. */
    private void releaseUnused() {
        if (start.getAndSet(null) != null) {
            releasePermit();
        }
    }

    /** Starts the call with its permit, unless it has been cancelled meanwhile. */
    private void begin() {
        Start<T> call = start.getAndSet(null);
        if (call == null) {
            return;
        }
        Deadline own = deadline.child();
        scope = own; // before the check: a cancel finds the scope, or is found here
        if (hasEnded() || deadline.isOver()) {
            releasePermit();
            cancel(false);
            return;
        }
        try {
            setPermit(SubscriptionPermit.of(semaphore, call.body, own));
            follow(call.next.callAsync(call.body, own));
        } catch (Throwable thrown) {
            if (!isFollowing()) {
                releasePermit();
            }
            fail(thrown);
        }
    }

    /** The caller's context could not be restored. */
    private void failToStart(Throwable thrown) {
        releaseUnused();
        fail(thrown);
    }

    @Override
    protected void onInnerEnd(T value, @Nullable Throwable failure) {
        Deadline own = scope;
        if (own != null) {
            own.end();
        }
        super.onInnerEnd(value, failure);
    }

    @Override
    protected void stop() {
        waitEnds();
        if (!granted && start.get() != null) {
            if (semaphore.cancel(ticket)) {
                start.set(null);
            } else {
                // Another thread has removed this from the queue, and is about to grant the permit or to end the wait.
                SpinBackoff.awaitBriefly(() -> granted || start.get() == null);
            }
        }
        if (granted) {
            releaseUnused();
        }
        Deadline own = scope;
        if (own != null) {
            own.tryStop();
        }
        if (granted && !hasStarted()) {
            SpinBackoff.awaitStart(this::hasStarted, () -> own != null && own.begun() != 0);
        }
        super.stop();
    }

    /** Returns whether the worker that starts the call has its future, or has released its permit. */
    private boolean hasStarted() {
        return isFollowing() || hasReleasedPermit();
    }

    private void waitEnds() {
        givenUp.tryEnd();
        bulkhead.pendingWaits().unregister(this);
        Ticker.Scheduled scheduled = timer;
        if (scheduled != null) {
            timer = null;
            scheduled.cancel();
        }
    }

    private record Start<T extends @Nullable Object>(
            Layer next, CheckedSupplier<? extends CompletionStage<T>, ?> body, CallerContext context) {}
}
