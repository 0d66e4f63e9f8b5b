package io.netrun.resilience.hedge;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A call whose attempts are asynchronous: each attempt is over when its future ends. */
final class AsyncHedgedCall<T extends @Nullable Object> extends HedgedCall<T> {

    /**
     * Null once the call has ended, so that what it captures can be collected. An adapted one is kept, because attempts
     * that end late belong to it as well.
     */
    private volatile @Nullable CheckedSupplier<? extends CompletionStage<T>, ?> body;

    AsyncHedgedCall(
            HedgeLayer layer,
            HedgeConfig config,
            CheckedSupplier<? extends CompletionStage<T>, ?> body,
            Deadline deadline) {
        super(layer, config, deadline);
        this.body = body;
    }

    private @Nullable AdaptedCall<?> adapted() {
        return body instanceof AdaptedCall<?> call ? call : null;
    }

    private void clearBody() {
        if (adapted() == null) {
            body = null;
        }
    }

    @Override
    HedgedCall<T> start() {
        AdaptedCall<?> adapted = adapted();
        if (adapted != null) {
            adapted.onDelivery(this::onDelivered);
        }
        return super.start();
    }

    @Override
    void attempt(Attempt<T> attempt) {
        CheckedSupplier<? extends CompletionStage<T>, ?> call = body;
        if (call == null || hasEnded()) {
            leave(attempt);
        } else {
            follow(attempt, next().callAsync(call, attempt.scope()));
        }
    }

    @Override
    @Nullable
    Object source() {
        CheckedSupplier<? extends CompletionStage<T>, ?> call = body;
        return call == null ? null : AdaptedCall.sourceOf(call);
    }

    @Override
    boolean isOver(Attempt<T> attempt) {
        return attempt.hasFutureEnded();
    }

    @Override
    boolean isCommitted() {
        AdaptedCall<?> adapted = adapted();
        return adapted != null && adapted.isCommitted();
    }

    @Override
    boolean isOwnedBy(Deadline scope) {
        AdaptedCall<?> adapted = adapted();
        return adapted != null && adapted.isOwnedBy(scope);
    }

    @Override
    boolean tryClaim(Deadline scope) {
        AdaptedCall<?> adapted = adapted();
        return adapted == null || adapted.tryClaim(scope);
    }

    @Override
    void unclaim() {
        AdaptedCall<?> adapted = adapted();
        if (adapted != null) {
            adapted.unclaim();
        }
    }

    @Override
    public void ended(Attempt<T> attempt, T value, @Nullable Throwable failure) {
        try {
            super.ended(attempt, value, failure);
        } finally {
            leave(attempt);
            if (hasEnded()) {
                clearBody();
            }
        }
    }

    /**
     * Attempts that deliver in parts keep the call, which knows what has been delivered: a cancel ends their futures.
     */
    @Override
    void releaseAttempts() {
        if (adapted() == null) {
            detachAttempts(false);
        } else {
            clearAttempts(null);
        }
    }

    @Override
    public void discard(T result) {
        AdaptedCall<?> adapted = adapted();
        if (adapted == null || !adapted.discard(result)) {
            super.discard(result);
        }
    }

    @Override
    protected void stop() {
        super.stop();
        clearBody();
    }
}
