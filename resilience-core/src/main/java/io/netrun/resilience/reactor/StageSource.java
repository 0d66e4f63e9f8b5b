package io.netrun.resilience.reactor;

import io.netrun.resilience.ForeignStage;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/**
 * A stage as the source of an attempt. What its dependent stages put around a failure is taken off, and nothing else:
 * also a {@link java.util.concurrent.CompletionException} without a cause is a failure, of which Reactor's own bridge
 * makes no signal at all. Its value is passed to the attempt in any case, also after a cancel: there it is discarded,
 * where Reactor's bridges drop it.
 */
final class StageSource {

    private StageSource() {}

    /** @param attempt takes an element that it has not asked for, and keeps it until it is wanted */
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
