package io.netrun.resilience.hedge;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A call whose attempts are asynchronous: each is over with its future. */
final class AsyncHedgedCall<T extends @Nullable Object> extends HedgedCall<T> {

    private final Layer next;

    /** Null once the call has ended, so that what it has captured can go. */
    private volatile @Nullable CheckedSupplier<? extends CompletionStage<T>, ?> body;

    /** The body where it is an adapted one, to which attempts that end late belong too. */
    private final @Nullable AdaptedCall<?> adapted;

    AsyncHedgedCall(
            Hedge hedge,
            HedgeConfig config,
            Layer next,
            CheckedSupplier<? extends CompletionStage<T>, ?> body,
            Deadline deadline) {
        super(hedge, config, deadline);
        this.next = next;
        this.body = body;
        this.adapted = body instanceof AdaptedCall<?> call ? call : null;
    }

    @Override
    HedgedCall<T> start() {
        if (adapted != null) {
            adapted.onDelivery(this::stopLosers);
        }
        return super.start();
    }

    @Override
    void attempt(Attempt<T> attempt) {
        CheckedSupplier<? extends CompletionStage<T>, ?> call = body;
        if (call == null) {
            leave(attempt);
        } else {
            follow(attempt, next.callAsync(call, attempt.scope()));
        }
    }

    @Override
    boolean isOver(Attempt<T> attempt) {
        return attempt.hasFutureEnded();
    }

    @Override
    boolean isCommitted() {
        return adapted != null && adapted.isCommitted();
    }

    @Override
    boolean isOwnedBy(Deadline scope) {
        return adapted != null && adapted.isOwnedBy(scope);
    }

    @Override
    boolean tryClaim(Deadline scope) {
        return adapted == null || adapted.tryClaim(scope);
    }

    @Override
    void unclaim() {
        if (adapted != null) {
            adapted.unclaim();
        }
    }

    @Override
    void ended(Attempt<T> attempt, T value, @Nullable Throwable failure) {
        try {
            super.ended(attempt, value, failure);
        } finally {
            leave(attempt);
            if (hasEnded()) {
                body = null;
            }
        }
    }

    @Override
    void discard(@Nullable Object result) {
        if (adapted == null || !adapted.discard(result)) {
            super.discard(result);
        }
    }

    @Override
    protected void stop() {
        super.stop();
        body = null;
    }
}
