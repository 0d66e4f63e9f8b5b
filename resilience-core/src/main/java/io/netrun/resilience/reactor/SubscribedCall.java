package io.netrun.resilience.reactor;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.ForeignStage;
import io.netrun.resilience.Guard;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;

/**
 * A call through a guard that was made by a subscription. It has a scope of its own, which is stopped as the subscriber
 * leaves: everything that the policies hold for the call is settled at that moment, also where the source is emitting
 * within its subscription and the policies have got no future of it yet.
 *
 * @param <T> the elements
 * @param <R> what the call's future ends with
 */
abstract class SubscribedCall<T, R extends @Nullable Object> extends Delivery<T> {

    private final Deadline scope;
    private volatile @Nullable CompletableFuture<R> future;

    SubscribedCall(CoreSubscriber<? super T> subscriber) {
        super(subscriber);
        this.scope = ScopeContext.scopeOf(context()).child();
    }

    /** Decides that the subscriber has left, before its call is stopped. */
    abstract void leave();

    /** Cancels the sources that the call has subscribed to by now. Code of others. */
    abstract void cancelSources();

    /** The call has ended; not for those whose subscriber has left before. */
    abstract void onEnd(R result, @Nullable Throwable failure);

    /** Subscribes the subscriber, and makes the call unless that leaves at once. */
    final void start(Guard guard, AdaptedCall<R> call) {
        subscribe();
        if (isLeft()) {
            return;
        }
        CompletableFuture<R> begun = begin(guard, call);
        future = begun;
        if (isLeft()) {
            ForeignStage.cancel(begun);
        }
        ForeignStage.onEnd(begun, (result, failure) -> {
            scope.end();
            onEnd(result, failure);
            return null;
        });
    }

    private CompletableFuture<R> begin(Guard guard, AdaptedCall<R> call) {
        try {
            return guard.entry().callAsync(call, scope);
        } catch (Throwable thrown) {
            return CompletableFuture.failedFuture(thrown);
        }
    }

    @Override
    final void onLeave() {
        leave();
        scope.tryStop();
        CompletableFuture<R> begun = future;
        if (begun != null) {
            ForeignStage.cancel(begun);
        }
        cancelSources();
    }
}
