package io.netrun.resilience.reactor;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.Guard;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** A subscription to a call with at most one value. */
final class SubscribedMono<T> extends SubscribedCall<T, T> {

    private final AdaptedCall<T> call;

    /** The call, if it keeps the values of its attempts. */
    private final @Nullable MonoCall<T> values;

    SubscribedMono(CoreSubscriber<? super T> subscriber, AdaptedCall<T> call) {
        super(subscriber);
        this.call = call;
        this.values = call instanceof MonoCall<T> mono ? mono : null;
        if (values != null) {
            values.setSubscriber(this);
        }
    }

    /** @param call creates the call of a subscription from the subscriber's context */
    static <T> Mono<T> of(Guard guard, Function<? super Context, ? extends AdaptedCall<T>> call) {
        return new GuardedMono<>(guard, call).assembled();
    }

    @Override
    void onRequest() {
        // The value of the source is requested immediately, whatever the subscriber requests.
    }

    @Override
    void leave() {
        if (values != null) {
            values.leave();
        }
    }

    @Override
    void cancelSources() {
        if (values != null) {
            values.cancelSources();
        }
    }

    @Override
    boolean tryBegin() {
        return true;
    }

    @Override
    void drop(T value) {
        if (values != null) {
            Operators.onDiscard(value, context());
        } else {
            call.discard(value);
        }
    }

    @Override
    void onEnd(T value, @Nullable Throwable failure) {
        if (values != null && !values.tryEnd(value, failure)) {
            return;
        }
        if (failure == null && value != null) {
            try {
                offer(value);
            } catch (OutOfMemoryError full) {
                drop(value);
                throw full;
            }
        }
        finish(failure);
    }

    private static final class GuardedMono<T> extends Mono<T> {

        private final Guard guard;
        private final Function<? super Context, ? extends AdaptedCall<T>> call;

        GuardedMono(Guard guard, Function<? super Context, ? extends AdaptedCall<T>> call) {
            this.guard = guard;
            this.call = call;
        }

        Mono<T> assembled() {
            return onAssembly(this);
        }

        @Override
        public void subscribe(CoreSubscriber<? super T> subscriber) {
            AdaptedCall<T> made;
            try {
                made = call.apply(subscriber.currentContext());
            } catch (Throwable thrown) {
                Operators.error(subscriber, Operators.onOperatorError(thrown, subscriber.currentContext()));
                return;
            }
            new SubscribedMono<>(subscriber, made).start(guard, made);
        }
    }
}
