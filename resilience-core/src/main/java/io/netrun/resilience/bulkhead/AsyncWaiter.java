package io.netrun.resilience.bulkhead;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.CallRejectedException;
import io.netrun.resilience.CallerContext;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import io.netrun.resilience.PendingWaits;
import io.netrun.resilience.Require;
import io.netrun.resilience.SpinBackoff;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.WaitInScope;
import io.netrun.resilience.Workers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
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

    private final GivenUp givenUp = new GivenUp(this);

    /** A permit that it is granted belongs to the thread that takes {@link #start}. */
    private final FairSemaphore.Node node = new FairSemaphore.Node(this);

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
        this.start = new AtomicReference<>(new Start<>(this, next, body, CallerContext.capture()));
        this.since = bulkhead.ticker().nanoTime();
    }

    CompletableFuture<T> acquire() {
        if (!semaphore.enqueue(node)) {
            start.set(null);
            fail(bulkhead.published(bulkhead.rejectFull(config, semaphore), semaphore));
        } else if (isWaiting()) {
            registerWait();
            if (!isWaiting()) {
                waitEnds();
            }
        }
        return this;
    }

    private boolean isWaiting() {
        return !node.isGranted() && start.get() != null && !hasEnded();
    }

    /** Registers what can end the wait. If that fails, this leaves the queue, unless it has a permit already. */
    private void registerWait() {
        try {
            Duration maxWait = config.maxWait();
            if (maxWait != null) {
                timer = bulkhead.ticker().schedule(Workers.handOverWhenDue(this::expire), Require.nanos(maxWait));
            }
            bulkhead.pendingWaits().register(this);
            deadline.register(givenUp);
        } catch (Throwable noTimer) {
            if (semaphore.cancel(node)) {
                start.set(null);
                fail(noTimer);
            }
        }
    }

    private void expire() {
        if (semaphore.cancel(node)) {
            try {
                end(bulkhead.rejectTimedOut(config, semaphore)).run();
            } catch (Throwable outOfMemory) {
                endWith(outOfMemory);
            }
        }
    }

    @Override
    public void onShutdown() {
        if (semaphore.cancel(node)) {
            try {
                Workers.executeReliably(end(bulkhead.rejectShutdown(config)));
            } catch (Throwable outOfMemory) {
                endWith(outOfMemory);
            }
        }
    }

    /** Ends a wait whose node is left: nobody else does, so the call must not be lost for want of an exception. */
    private void endWith(Throwable failure) {
        start.set(null);
        waitEnds();
        fail(failure);
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

    private void leaveQueue() {
        if (semaphore.cancel(node)) {
            try {
                Workers.executeReliably(leave());
            } catch (Throwable outOfMemory) {
                endWith(outOfMemory);
            }
        }
    }

    /** Leaves the queue when an outer policy abandons the call, which need not cancel this future. */
    private static final class GivenUp extends WaitInScope<AsyncWaiter<?>> {

        GivenUp(AsyncWaiter<?> waiter) {
            super(waiter);
        }

        void forget() {
            tryEndWait();
        }

        @Override
        protected void onOver(AsyncWaiter<?> waiter) {
            waiter.leaveQueue();
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
        Start<T> call = start.get(); // after the grant: a cancel finds the permit, or is found here
        try {
            waitEnds();
            bulkhead.waitedSince(since);
        } finally {
            if (hasEnded()) {
                releaseUnused();
            } else if (call != null) {
                Workers.executeReliably(call);
            }
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
        Deadline own = deadline.child(); // before the call is taken: if it fails, the permit is released unused
        Start<T> call = start.getAndSet(null);
        if (call == null) {
            return;
        }
        scope = own; // before the check: a cancel finds the scope, or is found here
        if (hasEnded() || deadline.isOver()) {
            releasePermit();
            cancel(false);
            return;
        }
        try {
            setPermit(SubscriptionPermit.of(semaphore, call.body, own));
            semaphore.countAccepted();
            CompletableFuture<T> inner = call.next.callAsync(call.body, own);
            if (own.begun() == 0 && (hasEnded() || deadline.isOver() || AdaptedCall.isLeft(call.body))) {
                semaphore.countNotAccepted(); // it was cancelled or given up before its code was called
            }
            follow(inner);
        } catch (Throwable thrown) {
            if (!isFollowing()) {
                releasePermit();
            }
            fail(thrown);
        }
    }

    /** The caller's context could not be restored, or afterwards that of the thread: then the call has begun. */
    private void failToStart(Throwable thrown) {
        releaseUnused();
        stopThenFail(thrown);
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
        try {
            waitEnds();
        } finally {
            stopUnlessWaiting();
        }
    }

    private void stopUnlessWaiting() {
        if (semaphore.cancel(node)) {
            start.set(null);
        } else if (node.isGranted()) {
            releaseUnused();
        }
        Deadline own = scope;
        try {
            if (own != null) {
                own.tryStop();
            }
            if (node.isGranted() && !hasStarted()) {
                SpinBackoff.awaitStart(this::hasStarted, () -> own != null && own.begun() != 0);
            }
        } finally {
            super.stop();
        }
    }

    /** Returns whether the worker that starts the call has its future, or has released its permit. */
    private boolean hasStarted() {
        return isFollowing() || hasReleasedPermit();
    }

    private void waitEnds() {
        givenUp.forget();
        bulkhead.pendingWaits().unregister(this);
        Ticker.Scheduled scheduled = timer;
        if (scheduled != null) {
            timer = null;
            scheduled.cancel();
        }
    }

    /** Starts the call, once it has a permit. Allocated before it waits. */
    private record Start<T extends @Nullable Object>(
            AsyncWaiter<T> waiter,
            Layer next,
            CheckedSupplier<? extends CompletionStage<T>, ?> body,
            CallerContext context)
            implements Runnable {

        @Override
        public void run() {
            try {
                context.run(waiter::begin);
            } catch (Throwable thrown) {
                waiter.failToStart(thrown);
            }
        }
    }
}
