package io.netrun.resilience.retry;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.ForeignStage;
import io.netrun.resilience.Layer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Makes the first attempt directly, and uses {@link RetrySequence} only if it has failed. */
final class RetryLayer implements Layer {

    private final Retry retry;
    private final Layer next;

    RetryLayer(Retry retry, Layer next) {
        this.retry = retry;
        this.next = next;
    }

    Retry retry() {
        return retry;
    }

    /** Returns the layer through which attempts are made. */
    Layer next() {
        return next;
    }

    @Override
    public <T extends @Nullable Object, X extends Throwable> T call(CheckedSupplier<T, X> body, Deadline deadline)
            throws X {
        RetryRules rules = retry.rules();
        if (rules.isFastPath() && !deadline.isDetached()) {
            try {
                return next.call(body, deadline);
            } catch (Throwable failure) {
                return callAgain(rules, body, deadline, null, failure, false);
            }
        }
        if (!rules.isEnabled()) {
            return next.call(body, deadline);
        }
        Deadline limit = rules.limit(retry.ticker(), deadline);
        try {
            return callWithRules(rules, body, limit);
        } finally {
            if (limit != deadline) {
                limit.end();
            }
        }
    }

    private <T extends @Nullable Object, X extends Throwable> T callWithRules(
            RetryRules rules, CheckedSupplier<T, X> body, Deadline limit) throws X {
        FirstAttempt begun = limit.isDetached() ? FirstAttempt.register(retry, rules, null, limit) : null;
        UnacceptableResultException unacceptable;
        try {
            T result = next.call(body, limit);
            unacceptable = rules.checkResult(result);
            if (unacceptable == null) {
                FirstAttempt.countSuccess(rules, begun);
                return result;
            }
        } catch (Throwable failure) {
            return callAgain(rules, body, limit, begun, failure, false);
        }
        return callAgain(rules, body, limit, begun, unacceptable, true);
    }

    private <T extends @Nullable Object, X extends Throwable> T callAgain(
            RetryRules rules,
            CheckedSupplier<T, X> body,
            Deadline deadline,
            @Nullable FirstAttempt begun,
            Throwable first,
            boolean byResult)
            throws X {
        RetrySequence attempts = new RetrySequence(retry, rules, deadline, true, first, byResult);
        if (begun != null) {
            attempts.continues(begun);
        }
        long delayNanos = attempts.onFirstFailure(true);
        while (delayNanos != RetrySequence.STOP
                && await(delayNanos, attempts, deadline)
                && (!rules.hasHook() || prepare(attempts, deadline))) {
            attempts.begins();
            Throwable failed;
            boolean failedByResult = false;
            try {
                T result = next.call(body, deadline);
                UnacceptableResultException unacceptable = rules.checkResult(result);
                if (unacceptable == null) {
                    attempts.succeeded();
                    return result;
                }
                failed = unacceptable;
                failedByResult = true;
            } catch (Throwable failure) {
                failed = failure;
            }
            delayNanos = attempts.onNextFailure(failed, failedByResult, true);
        }
        return end(attempts);
    }

    /** Ends the call as its last attempt ended. A result that was not accepted is better than no result. */
    // What an attempt threw is an X or unchecked, and what it returned is a T.
    @SuppressWarnings({"unchecked", "NullAway", "TypeParameterUnusedInFormals"})
    private static <T extends @Nullable Object, X extends Throwable> T end(RetrySequence attempts) throws X {
        Throwable failure = attempts.conclude();
        Runnable event = attempts.event();
        if (event != null) {
            event.run();
        }
        boolean byResult = attempts.endsWithResult(failure);
        attempts.releaseFailures();
        if (byResult) {
            return (T) ((UnacceptableResultException) failure).result();
        }
        throw (X) failure;
    }

    /**
     * Waits on the calling thread. Returns whether another attempt follows; if not, the thread was interrupted, in
     * which case its flag is set, the call was abandoned, the retry was shut down, or its ticker cannot sleep.
     */
    private boolean await(long nanos, RetrySequence attempts, Deadline deadline) {
        boolean slept = true;
        Throwable noTimer = null;
        if (nanos > 0) {
            try {
                slept = retry.pendingWaits().sleep(retry.ticker(), nanos, deadline);
            } catch (InterruptedException interrupt) {
                Thread.currentThread().interrupt();
            } catch (Throwable thrown) {
                noTimer = thrown; // the failure of the last attempt must not be lost
            }
        }
        if (Thread.currentThread().isInterrupted() || deadline.isOver()) {
            attempts.cancelled();
            return false;
        }
        if (noTimer != null) {
            retry.reportNoTimer(noTimer);
            attempts.onNoTimer();
            return false;
        }
        if (!slept) {
            attempts.onShutdown();
        }
        return slept;
    }

    /** Runs the user code before the next attempt. Returns whether the attempt follows. */
    private static boolean prepare(RetrySequence attempts, Deadline deadline) {
        try {
            attempts.callHook();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
        if (Thread.currentThread().isInterrupted() || deadline.isOver()) {
            attempts.cancelled();
            return false;
        }
        return attempts.hasTimeAfterHook();
    }

    @Override
    public <T extends @Nullable Object> CompletableFuture<T> callAsync(
            CheckedSupplier<? extends CompletionStage<T>, ?> body, Deadline deadline) {
        RetryRules rules = retry.rules();
        if (!rules.isEnabled()) {
            return next.callAsync(body, deadline);
        }
        Deadline limit = rules.limit(retry.ticker(), deadline);
        FirstAttempt begun =
                body instanceof AdaptedCall<?> adapted ? FirstAttempt.register(retry, rules, adapted, limit) : null;
        CompletableFuture<T> first = Layer.start(next, body, limit);
        if (rules.isFastPath() && ForeignStage.resultNow(first) != ForeignStage.NO_RESULT) {
            if (begun != null) {
                begun.tryEnd();
            }
            return first;
        }
        AsyncRetryCall<T> call;
        try {
            call = new AsyncRetryCall<>(this, rules, body, limit);
        } catch (Throwable thrown) {
            ForeignStage.cancel(first);
            if (begun != null) {
                begun.tryEnd();
            }
            return CompletableFuture.failedFuture(thrown);
        }
        return call.start(first, begun);
    }
}
