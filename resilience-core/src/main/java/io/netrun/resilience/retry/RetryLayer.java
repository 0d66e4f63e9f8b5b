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

    private final boolean limitsTime;
    private final boolean judgesResults;

    /** Whether a call's good first attempt matters to nobody: the one question that every call asks. */
    private final boolean isPlain;

    RetryLayer(Retry retry, Layer next) {
        this.retry = retry;
        this.next = next;
        this.limitsTime = retry.config().maxDuration() != null;
        this.judgesResults = retry.config().failureResult() != null;
        this.isPlain = !limitsTime && !judgesResults && retry.config().budget() == null;
    }

    @Override
    public <T extends @Nullable Object, X extends Throwable> T call(CheckedSupplier<T, X> body, Deadline deadline)
            throws X {
        if (isPlain) {
            try {
                return next.call(body, deadline);
            } catch (Throwable failure) {
                return callAgain(body, deadline, failure);
            }
        }
        return callWatched(body, limitsTime ? retry.limit(deadline) : deadline);
    }

    private <T extends @Nullable Object, X extends Throwable> T callWatched(CheckedSupplier<T, X> body, Deadline limit)
            throws X {
        Throwable first;
        try {
            T result = next.call(body, limit);
            UnacceptableResultException unacceptable = judgesResults ? retry.judge(result) : null;
            if (unacceptable == null) {
                retry.firstSucceeded();
                return result;
            }
            first = unacceptable;
        } catch (Throwable failure) {
            first = failure;
        }
        return callAgain(body, limit, first);
    }

    private <T extends @Nullable Object, X extends Throwable> T callAgain(
            CheckedSupplier<T, X> body, Deadline deadline, Throwable first) throws X {
        Attempts attempts = new Attempts(retry, deadline, first);
        long wait = attempts.decide();
        while (wait != Attempts.STOP) {
            if (!waited(wait)) {
                return end(attempts.stopped());
            }
            attempts.begins();
            Throwable failed;
            try {
                T result = next.call(body, deadline);
                UnacceptableResultException unacceptable = judgesResults ? retry.judge(result) : null;
                if (unacceptable == null) {
                    attempts.succeeded();
                    return result;
                }
                failed = unacceptable;
            } catch (Throwable failure) {
                failed = failure;
            }
            wait = attempts.next(failed);
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

    /** Waits on the calling thread; false, with the interrupt flag set, if the thread was interrupted. */
    private boolean waited(long nanos) {
        if (nanos == 0) {
            return !Thread.currentThread().isInterrupted();
        }
        try {
            retry.ticker().sleep(nanos);
            return true;
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public <T extends @Nullable Object> CompletableFuture<T> callAsync(
            Supplier<? extends CompletionStage<T>> body, Deadline deadline) {
        Deadline limit = limitsTime ? retry.limit(deadline) : deadline;
        CompletableFuture<T> first = next.callAsync(body, limit);
        if (isPlain && first.isDone() && !first.isCompletedExceptionally()) {
            return first;
        }
        return new RetriedCall<>(retry, next, body, limit).start(first);
    }
}
