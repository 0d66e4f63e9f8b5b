package io.netrun.resilience.retry;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes the first attempt as if there were no retry, and turns to {@link Attempts} only when it has failed. */
final class RetryLayer implements Layer {

    private final Retry retry;
    private final Layer next;

    RetryLayer(Retry retry, Layer next) {
        this.retry = retry;
        this.next = next;
    }

    @Override
    public <T extends @Nullable Object, X extends Throwable> T call(CheckedSupplier<T, X> body, Deadline deadline)
            throws X {
        RetryRules rules = retry.rules();
        if (rules.isPlain()) {
            try {
                return next.call(body, deadline);
            } catch (Throwable failure) {
                return callAgain(rules, body, deadline, failure);
            }
        }
        if (!rules.isEnabled()) {
            return next.call(body, deadline);
        }
        return callWatched(rules, body, rules.limit(retry.ticker(), deadline));
    }

    private <T extends @Nullable Object, X extends Throwable> T callWatched(
            RetryRules rules, CheckedSupplier<T, X> body, Deadline limit) throws X {
        Throwable first;
        try {
            T result = next.call(body, limit);
            UnacceptableResultException unacceptable = rules.judge(result);
            if (unacceptable == null) {
                rules.firstSucceeded();
                return result;
            }
            first = unacceptable;
        } catch (Throwable failure) {
            first = failure;
        }
        return callAgain(rules, body, limit, first);
    }

    private <T extends @Nullable Object, X extends Throwable> T callAgain(
            RetryRules rules, CheckedSupplier<T, X> body, Deadline deadline, Throwable first) throws X {
        Attempts attempts = new Attempts(retry, rules, deadline, first);
        long wait = attempts.decide(true);
        while (wait != Attempts.STOP) {
            Throwable end = await(wait, attempts);
            if (end != null) {
                return end(end);
            }
            attempts.begins();
            Throwable failed;
            try {
                T result = next.call(body, deadline);
                UnacceptableResultException unacceptable = rules.judge(result);
                if (unacceptable == null) {
                    attempts.succeeded();
                    return result;
                }
                failed = unacceptable;
            } catch (Throwable failure) {
                failed = failure;
            }
            wait = attempts.next(failed, true);
        }
        return end(attempts.failure());
    }

    /** Ends the call as its last attempt did: what was not accepted is better than nothing. */
    // What an attempt threw is an X or unchecked, and what it returned is a T.
    @SuppressWarnings({"unchecked", "NullAway", "TypeParameterUnusedInFormals"})
    private static <T extends @Nullable Object, X extends Throwable> T end(Throwable failure) throws X {
        if (failure instanceof UnacceptableResultException unacceptable) {
            return (T) unacceptable.result();
        }
        throw (X) failure;
    }

    /**
     * Waits on the calling thread. Null if another attempt follows; otherwise what the call ends with, since the thread was
     * interrupted, in which case its flag is set, or the retry was closed.
     */
    private @Nullable Throwable await(long nanos, Attempts attempts) {
        if (nanos == 0) {
            return Thread.currentThread().isInterrupted() ? attempts.stopped() : null;
        }
        try {
            return retry.waitingCalls().sleep(retry.ticker(), nanos) ? null : attempts.closed();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            return attempts.stopped();
        }
    }

    @Override
    public <T extends @Nullable Object> CompletableFuture<T> callAsync(
            Supplier<? extends CompletionStage<T>> body, Deadline deadline) {
        RetryRules rules = retry.rules();
        if (!rules.isEnabled()) {
            return next.callAsync(body, deadline);
        }
        Deadline limit = rules.limit(retry.ticker(), deadline);
        CompletableFuture<T> first = next.callAsync(body, limit);
        if (rules.isPlain() && first.isDone() && !first.isCompletedExceptionally()) {
            return first;
        }
        return new RetriedCall<>(retry, rules, next, body, limit).start(first);
    }
}
