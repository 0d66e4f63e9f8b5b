package io.netrun.resilience.reactor;

import io.netrun.resilience.ForeignStage;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/**
 * A stage as the source of an attempt. Only the wrapper that dependent stages add to a failure is removed: a
 * {@link java.util.concurrent.CompletionException} without a cause is a failure as well, for which Reactor's own bridge
 * emits no signal at all. Its value is always passed to the attempt, even after a cancellation: the attempt discards
 * it, while Reactor's bridges drop it. The cancellation of a stage that was cancelled with its attempt is not reported,
 * as no source reports anything after it was cancelled.
 */
final class StageSource<T> implements Subscription {

    private final CompletableFuture<T> future;
    private volatile boolean cancelled;

    private StageSource(CompletableFuture<T> future) {
        this.future = future;
    }

    /** @param attempt accepts an element that it has not requested, and keeps it until it is requested */
    static <T> void subscribe(CompletionStage<T> stage, CoreSubscriber<T> attempt) {
        StageSource<T> source = new StageSource<>(ForeignStage.asFuture(stage));
        attempt.onSubscribe(source);
        try {
            ForeignStage.onEnd(source.future, (value, failure) -> {
                source.end(attempt, value, failure);
                return null;
            });
        } catch (Throwable thrown) {
            source.cancel(); // nobody would learn of its end
            attempt.onError(thrown);
        }
    }

    @Override
    public void request(long more) {}

    @Override
    public void cancel() {
        cancelled = true;
        ForeignStage.cancel(future);
    }

    private void end(CoreSubscriber<T> attempt, @Nullable T value, @Nullable Throwable failure) {
        if (failure != null) {
            if (!cancelled || !(failure instanceof CancellationException)) {
                attempt.onError(failure);
            }
            return;
        }
        if (value != null) {
            attempt.onNext(value);
        }
        attempt.onComplete();
    }
}
