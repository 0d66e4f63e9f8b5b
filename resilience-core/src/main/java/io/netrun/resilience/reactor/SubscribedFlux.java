package io.netrun.resilience.reactor;

import io.netrun.resilience.Guard;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/** A subscription to a stream through a guard. */
final class SubscribedFlux<T> extends SubscribedCall<T, Boolean> {

    private final FluxCall<T> call;

    SubscribedFlux(
            CoreSubscriber<? super T> subscriber, Function<StreamAttempt<T>, Publisher<T>> source, Object origin) {
        super(subscriber);
        this.call = new FluxCall<>(source, this, origin);
    }

    static <T> Flux<T> of(Guard guard, Function<StreamAttempt<T>, Publisher<T>> source, Object origin) {
        return new GuardedFlux<>(guard, source, origin).assembled();
    }

    @Override
    void onRequest() {
        call.requestUp();
    }

    @Override
    void leave() {
        call.leave();
    }

    @Override
    void cancelSources() {
        call.cancelSources();
    }

    @Override
    boolean tryBegin() {
        return call.tryBegin();
    }

    @Override
    void drop(T element) {
        Operators.onDiscard(element, context());
    }

    @Override
    void onEnd(Boolean result, @Nullable Throwable failure) {
        call.discardCarried(failure);
        finish(failure);
    }

    private static final class GuardedFlux<T> extends Flux<T> {

        private final Guard guard;
        private final Function<StreamAttempt<T>, Publisher<T>> source;
        private final Object origin;

        GuardedFlux(Guard guard, Function<StreamAttempt<T>, Publisher<T>> source, Object origin) {
            this.guard = guard;
            this.source = source;
            this.origin = origin;
        }

        Flux<T> assembled() {
            return onAssembly(this);
        }

        @Override
        public void subscribe(CoreSubscriber<? super T> subscriber) {
            SubscribedFlux<T> subscribed = new SubscribedFlux<>(subscriber, source, origin);
            subscribed.start(guard, subscribed.call);
        }
    }
}
