package io.netrun.resilience.hedge;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.CallInterruptedException;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.SpinBackoff;
import io.netrun.resilience.WaitInScope;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A sync call, whose caller waits while workers make the attempts. */
final class SyncHedgedCall<T extends @Nullable Object, X extends Throwable> extends HedgedCall<T> {

    private static final long UNBOUNDED = TimeUnit.DAYS.toNanos(36_500);

    private final CheckedSupplier<T, X> body;
    private final Deadline deadline;

    /** Whether an outer policy has abandoned the call. */
    private volatile boolean givenUp;

    /** The caller, while it waits for the attempts to leave. */
    private volatile @Nullable Thread lingering;

    /** Whether the call has ended and its attempts are stopped. */
    private volatile boolean stopped;

    /** Whether the caller has left, so that attempts which run on need not notify it. */
    private volatile boolean left;

    SyncHedgedCall(HedgeLayer layer, HedgeConfig config, CheckedSupplier<T, X> body, Deadline deadline) {
        super(layer, config, deadline);
        this.body = body;
        this.deadline = deadline;
    }

    @Override
    void attempt(Attempt<T> attempt) {
        attempt.scope().detachOnOwnThread();
        WorkerAttempt<T> onWorker = new WorkerAttempt<>(next(), body, attempt, hedge());
        follow(attempt, onWorker);
        onWorker.start(context(), config());
    }

    @Override
    Object source() {
        return AdaptedCall.sourceOf(body);
    }

    @Override
    boolean isOver(Attempt<T> attempt) {
        return attempt.future() instanceof WorkerAttempt<T> onWorker && onWorker.isOver();
    }

    /**
     * Starts the call and waits for its end, or until an outer policy abandons it, which does not necessarily interrupt
     * the thread.
     */
    T call() throws X {
        try {
            return startAndAwait();
        } finally {
            left = true;
            if (stopped) {
                detachAttempts(true);
            }
        }
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // what an attempt threw is an X or unchecked; null if T may be null
    private T startAndAwait() throws X {
        GivenUp around = new GivenUp(this);
        deadline.register(around);
        Outcome<T> outcome;
        try {
            start();
            awaitEnd();
            outcome = handle(Outcome::new).get(); // at once; what a stage does later could fail for want of memory
        } catch (InterruptedException interrupt) {
            if (!cancel(true)) {
                awaitPublication();
            }
            linger();
            Thread.currentThread().interrupt();
            if (!isCompletedExceptionally()) {
                return getNow(null); // an attempt was faster, and its result would reach nobody otherwise
            }
            throw new CallInterruptedException(
                    hedge().name(),
                    "Hedge '" + hedge().name() + "': interrupted while waiting for the call",
                    interrupt);
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        } catch (OutOfMemoryError full) {
            cancel(true);
            throw full;
        } finally {
            around.end();
        }
        if (givenUp) {
            linger();
        }
        if (outcome.failure != null) {
            throw (X) outcome.failure;
        }
        return outcome.value;
    }

    /** Waits until the end that has been decided is published; the interrupt is known already. */
    private void awaitPublication() {
        try {
            join();
        } catch (RuntimeException ended) {
            // The outcome is read afterwards.
        }
    }

    private void awaitEnd() throws InterruptedException {
        try {
            get();
        } catch (ExecutionException | RuntimeException ended) {
            // The outcome is read as it was thrown.
        } catch (Error thrown) {
            if (!isDone()) {
                throw thrown; // there is no memory to wait
            }
        }
    }

    /**
     * Briefly waits for the attempts to leave: those that respond to their interrupt do so in less time, and what they
     * held, such as a permit, is then free for the caller's next call. A worker for which nobody waits any more waits
     * until they have left: attempts that do not respond are counted and bounded by its timeout, or by the hedge around
     * this one.
     */
    private void linger() {
        lingering = Thread.currentThread();
        long nanos = deadline.isThreadLeftBehind() ? UNBOUNDED : hedge().lingerNanos();
        SpinBackoff.awaitUninterruptibly(this::isDeserted, nanos, this);
        lingering = null;
    }

    @Override
    void releaseAttempts() {
        stopped = true;
        if (left) {
            detachAttempts(true);
        }
    }

    @Override
    void left() {
        Thread caller = lingering;
        if (caller != null && isDeserted()) {
            LockSupport.unpark(caller);
        }
    }

    /** Ends the wait when the call is abandoned. */
    private static final class GivenUp extends WaitInScope<SyncHedgedCall<?, ?>> {

        GivenUp(SyncHedgedCall<?, ?> call) {
            super(call);
        }

        void end() {
            tryEndWait();
        }

        @Override
        protected void onOver(SyncHedgedCall<?, ?> call) {
            call.givenUp = true;
            call.giveUp(new CancellationException("the call was given up by what is around Hedge '"
                    + call.hedge().name() + "'"));
        }
    }

    /** The outcome of the call, with its failure as it was thrown. */
    private record Outcome<T extends @Nullable Object>(
            T value, @Nullable Throwable failure) {}
}
