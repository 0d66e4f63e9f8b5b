package io.netrun.resilience.reactor;

import io.netrun.resilience.ForeignStage;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/**
 * A stage as the source of an attempt. Only the wrapper that dependent stages add to a failure is removed: a
 * {@link java.util.concurrent.CompletionException} without a cause is a failure as well, for which Reactor's own bridge
 * emits no signal at all. Its value is always passed to the attempt, even after a cancellation: the attempt discards
 * it, while Reactor's bridges drop it.
 */
final class StageSource {

    private StageSource() {}

    /** @param attempt accepts an element that it has not requested, and keeps it until it is requested */
    static <T> void subscribe(CompletionStage<T> stage, CoreSubscriber<T> attempt) {
        CompletableFuture<T> future = ForeignStage.asFuture(stage);
        attempt.onSubscribe(new Subscription() {
            @Override
            public void request(long more) {}

            @Override
            public void cancel() {
                ForeignStage.cancel(future);
            }
        });
        ForeignStage.onEnd(future, (value, failure) -> {
            end(attempt, value, failure);
            return null;
        });
    }

    private static <T> void end(CoreSubscriber<T> attempt, @Nullable T value, @Nullable Throwable failure) {
        if (failure != null) {
            attempt.onError(failure);
            return;
        }
        if (value != null) {
            attempt.onNext(value);
        }
        attempt.onComplete();
    }
}
