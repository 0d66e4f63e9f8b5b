package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.CallerContext;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import io.netrun.resilience.RelayFuture;
import io.netrun.resilience.Require;
import io.netrun.resilience.SpinBackoff;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.WaitInScope;
import io.netrun.resilience.Workers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An asynchronous call that waits for its permit without a thread, and then starts on a worker thread in its caller's
 * context.
 */
final class AsyncReservation<T extends @Nullable Object> extends RelayFuture<T> implements Waiter {

    private final RateLimiter limiter;
    private final RateLimiterConfig config;
    private final long giveUpAt;
    private final Reservation reservation;

    /** What is needed to start the call; null once the wait is over. */
    private final AtomicReference<@Nullable Start<T>> start;

    /** Ends the wait if changed settings make the token come too late. */
    private volatile Ticker.@Nullable Scheduled expiry;

    /** The scope of the started call, by which a cancel reaches it while it has no future yet; null before. */
    private volatile @Nullable Deadline begun;

    AsyncReservation(
            RateLimiter limiter,
            Layer next,
            CheckedSupplier<? extends CompletionStage<T>, ?> body,
            Deadline deadline,
            long now,
            int permits) {
        this.limiter = limiter;
        this.config = limiter.inForce();
        this.reservation = new Reservation(this, permits);
        this.giveUpAt = now + Require.nanos(config.maxWait());
        ScopeEnd scopeEnd = deadline == Deadline.NONE ? null : new ScopeEnd(this);
        this.start = new AtomicReference<>(new Start<>(next, body, deadline, scopeEnd, CallerContext.capture()));
    }

    /** Starts the call on this thread if a token is available; otherwise when the reservation is granted. */
    CompletableFuture<T> acquire(long now, long longestWait) {
        Start<T> call = start.get();
        boolean acquired;
        try {
            acquired = limiter.queue().add(reservation, now, longestWait, config);
        } catch (Throwable rejected) {
            start.set(null);
            throw rejected;
        }
        limiter.onTokensTaken();
        if (call == null) {
            return this;
        }
        if (acquired) {
            start.set(null);
            limiter.countAccepted(reservation.permits());
            return limiter.learning(call.next.callAsync(call.body, call.deadline));
        }
        if (reservation.hasFailed()) {
            onSettled();
        } else if (call.scopeEnd != null) {
            try {
                call.deadline.register(call.scopeEnd);
            } catch (Throwable outOfMemory) {
                completeExceptionally(outOfMemory);
            }
        }
        return this;
    }

    @Override
    public boolean watchesClock() {
        return false;
    }

    @Override
    public void onMoved(long dueAt) {
        if (dueAt - giveUpAt <= 0 || expiry != null) {
            return;
        }
        expiry = limiter.ticker().scheduleAt(Workers.handOverWhenDue(this::expire), giveUpAt);
        if (start.get() == null) {
            endWait(null);
        }
    }

    private void expire() {
        ReservationQueue queue = limiter.queue();
        queue.drain();
        if (queue.cancel(reservation, Reservation.State.EXPIRED)) {
            onSettled();
        }
    }

    @Override
    public void onSettled() {
        try {
            goOnOrEnd();
        } catch (Throwable outOfMemory) {
            failToStart(outOfMemory); // nobody else ends the call
        }
    }

    private void goOnOrEnd() {
        Start<T> call = start.get();
        endWait(call);
        if (call == null) {
            returnUnused();
            return;
        }
        switch (reservation.state()) {
            case EXPIRED -> {
                long retryAfter = limiter.retryAfter(reservation.permits());
                Throwable rejection = limiter.exceeded(config, retryAfter);
                reject(call, rejection, limiter.rejectedEvent(retryAfter));
            }
            case SHUT_DOWN ->
                reject(
                        call,
                        limiter.rejectionByShutdown(config),
                        limiter.rejectedEvent(limiter.retryAfter(reservation.permits())));
            default -> call.context.run(this::goOn, this::failToStart);
        }
    }

    /** Goes on in the caller's context, unless the call was cancelled meanwhile, which has returned the token. */
    private void goOn() {
        Start<T> call = start.getAndSet(null);
        if (call == null) {
            return;
        }
        switch (reservation.state()) {
            case GRANTED, PASSED -> begin(call);
            case NO_TIMER -> failWith(reservation.failure());
            default -> cancel(false);
        }
    }

    /**
     * Ends the call with a rejection, which is counted, unless the call was cancelled or given up before: then its
     * caller does not get the rejection.
     */
    @SuppressWarnings("NullAway") // with a failure, the value is ignored
    private void reject(Start<T> call, Throwable rejection, @Nullable Runnable event) {
        start.set(null);
        if (call.deadline.isOver()) {
            call.context.run(() -> cancel(false), this::fail);
        } else if (tryEnd()) {
            try {
                limiter.countRejected(reservation.permits());
                call.context.run(
                        () -> announceThenPublish(event, null, rejection, call.context),
                        unusable -> publishFailure(rejection));
            } catch (OutOfMemoryError full) {
                publishFailure(rejection);
            }
        }
    }

    /** Starts the call with its permit, unless it has been cancelled meanwhile. */
    private void begin(Start<T> call) {
        Deadline scope = call.deadline.child();
        begun = scope; // before the check: a cancel finds the scope, or is found here
        if (hasEnded() || call.deadline.isOver()) {
            returnUnused();
            cancel(false);
        } else {
            limiter.countAccepted(reservation.permits());
            CompletableFuture<T> inner = call.next.callAsync(call.body, scope);
            boolean left = hasEnded() || call.deadline.isOver() || AdaptedCall.isLeft(call.body);
            if (left && scope.begun() == 0 && returnUnused()) {
                limiter.countNotAccepted(
                        reservation.permits()); // it was cancelled or given up before its code was called
            }
            follow(inner);
        }
    }

    private void failWith(@Nullable Throwable failure) {
        fail(failure == null ? new IllegalStateException("no timer is available for the reservation") : failure);
    }

    /**
     * The caller's context could not be restored, or the call could not be started, or the context of the thread could
     * not be restored once the call had begun.
     */
    private void failToStart(Throwable thrown) {
        Deadline scope = begun;
        if (scope == null) {
            start.set(null);
            returnUnused();
            fail(thrown);
        } else if (isFollowing()) {
            stopThenFail(thrown);
        } else {
            scope.tryStop(); // there is no future by which to cancel what has begun
            fail(thrown);
        }
    }

    /** Returns the token of a call that does not begin. Returns false if there is none any more. */
    private boolean returnUnused() {
        boolean returned = reservation.tryReturn();
        if (returned) {
            limiter.queue().returnTokens(reservation.permits());
        }
        return returned;
    }

    @Override
    protected void onInnerEnd(T value, @Nullable Throwable failure) {
        Deadline scope = begun;
        if (scope != null) {
            scope.end();
        }
        if (failure != null) {
            limiter.learnFrom(failure);
        }
    }

    @Override
    protected void stop() {
        Start<T> call = start.getAndSet(null);
        try {
            leaveQueue();
            endWait(call);
        } finally {
            if (call != null) {
                returnUnused();
            }
            stopBegun(call == null);
        }
    }

    private void leaveQueue() {
        if (!limiter.queue().cancel(reservation, Reservation.State.CANCELLED) && reservation.isWaiting()) {
            // Another thread has removed it from the queue, and is about to settle it.
            SpinBackoff.awaitBriefly(() -> !reservation.isWaiting());
        }
    }

    private void stopBegun(boolean mayBegin) {
        Deadline scope = begun;
        try {
            if (scope != null) {
                scope.tryStop();
            }
            if (mayBegin && !hasStarted()) {
                SpinBackoff.awaitStart(this::hasStarted, () -> scope != null && scope.begun() != 0);
            }
        } finally {
            super.stop();
        }
    }

    /** Returns whether the worker that starts the call has its future, or does not start it. */
    private boolean hasStarted() {
        return isFollowing() || !reservation.hasToken();
    }

    private void endWait(@Nullable Start<T> call) {
        if (call != null && call.scopeEnd != null) {
            call.scopeEnd.forget();
        }
        Ticker.Scheduled scheduled = expiry;
        if (scheduled != null) {
            expiry = null;
            scheduled.cancel();
        }
    }

    private void onScopeOver() {
        if (limiter.queue().cancel(reservation, Reservation.State.CANCELLED)) {
            try {
                Workers.executeReliably(this::onSettled);
            } catch (OutOfMemoryError full) {
                onSettled();
            }
        }
    }

    private record Start<T extends @Nullable Object>(
            Layer next,
            CheckedSupplier<? extends CompletionStage<T>, ?> body,
            Deadline deadline,
            @Nullable ScopeEnd scopeEnd,
            CallerContext context) {}

    /** Ends the wait when the call is abandoned. */
    private static final class ScopeEnd extends WaitInScope<AsyncReservation<?>> {

        ScopeEnd(AsyncReservation<?> call) {
            super(call);
        }

        void forget() {
            tryEndWait();
        }

        @Override
        protected void onOver(AsyncReservation<?> call) {
            call.onScopeOver();
        }
    }
}
