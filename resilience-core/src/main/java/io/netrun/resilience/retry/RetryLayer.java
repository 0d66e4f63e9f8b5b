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
        try {
            return next.call(body, deadline);
        } catch (Throwable failure) {
            return callAgain(body, deadline, failure);
        }
    }

    @SuppressWarnings(
            "unchecked") // what an attempt threw is an X or unchecked, and what is put in its place is unchecked
    private <T extends @Nullable Object, X extends Throwable> T callAgain(
            CheckedSupplier<T, X> body, Deadline deadline, Throwable first) throws X {
        Attempts attempts = new Attempts(retry, deadline, first);
        long wait = attempts.decide();
        while (wait != Attempts.STOP) {
            if (!waited(wait)) {
                throw (X) attempts.stopped();
            }
            attempts.begins();
            T result;
            try {
                result = next.call(body, deadline);
            } catch (Throwable failure) {
                wait = attempts.next(failure);
                continue;
            }
            attempts.succeeded();
            return result;
        }
        throw (X) attempts.failure();
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
        CompletableFuture<T> first = next.callAsync(body, deadline);
        if (first.isDone() && !first.isCompletedExceptionally()) {
            return first;
        }
        return new RetriedCall<>(retry, next, body, deadline).start(first);
    }
}
