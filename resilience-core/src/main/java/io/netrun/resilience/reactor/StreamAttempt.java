package io.netrun.resilience.reactor;

import io.netrun.resilience.AttemptLostException;
import io.netrun.resilience.Deadline;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Operators;
import reactor.core.publisher.SignalType;
import reactor.util.context.Context;

/** One subscription to a stream, with a future that ends when it does; cancelling that ends it. */
final class StreamAttempt<T> extends BaseSubscriber<T> {

    private final FluxCall<T> call;
    private final Deadline scope;
    private final Context context;
    private final End end = new End();

    /** What this attempt has asked its source for. */
    private final AtomicLong asked = new AtomicLong();

    StreamAttempt(FluxCall<T> call, Deadline scope, Context context) {
        this.call = call;
        this.scope = scope;
        this.context = context;
    }

    CompletableFuture<Boolean> end() {
        return end;
    }

    /** In which the attempt is made. */
    Deadline scope() {
        return scope;
    }

    /** Asks the source for as much as the subscriber has asked for by now. */
    void requestUp() {
        long seen;
        long wanted;
        do {
            seen = asked.get();
            wanted = call.requested();
            if (wanted <= seen || upstream() == null) {
                return;
            }
        } while (!asked.compareAndSet(seen, wanted));
        request(wanted == Long.MAX_VALUE ? wanted : wanted - seen);
    }

    /** Another attempt owns the subscriber. */
    void lose() {
        cancel();
        end.completeExceptionally(new AttemptLostException());
    }

    /** Of the subscriber: its hooks take what is discarded. */
    @Override
    public Context currentContext() {
        return context;
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
        if (end.isDone()) {
            cancel();
        } else {
            requestUp();
        }
    }

    @Override
    protected void hookOnNext(T element) {
        if (call.pass(this, element)) {
            return;
        }
        Operators.onDiscard(element, context);
        if (call.isCancelled()) {
            cancel();
        } else {
            lose();
        }
    }

    @Override
    protected void hookOnComplete() {
        if (call.owns(this)) {
            end.complete(true);
        } else {
            lose();
        }
    }

    @Override
    protected void hookOnError(Throwable failure) {
        if (call.hasLost(this)) {
            Operators.onErrorDropped(failure, context);
            lose();
        } else if (!end.completeExceptionally(failure)) {
            Operators.onErrorDropped(failure, context);
        }
    }

    @Override
    protected void hookFinally(SignalType type) {
        call.ended(this);
    }

    /** Ends with the subscription, or ends it. */
    private final class End extends CompletableFuture<Boolean> {

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            StreamAttempt.this.cancel();
            return super.cancel(mayInterruptIfRunning);
        }
    }
}
