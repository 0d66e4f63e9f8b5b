package io.netrun.resilience.reactor;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Operators;
import reactor.core.publisher.SignalType;

/** One subscription to a stream, with a future that ends when it does; cancelling that ends it. */
final class StreamAttempt<T> extends BaseSubscriber<T> {

    private final FluxCall<T> call;
    private final End end = new End();

    /** What this attempt has asked its source for. */
    private final AtomicLong asked = new AtomicLong();

    StreamAttempt(FluxCall<T> call) {
        this.call = call;
    }

    CompletableFuture<Boolean> end() {
        return end;
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

    /** Another attempt's first element came first. */
    void lose() {
        end.completeExceptionally(new CancellationException("the first element came from another attempt"));
        cancel();
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
        if (!call.pass(this, element)) {
            Operators.onDiscard(element, currentContext());
            lose();
        }
    }

    @Override
    protected void hookOnComplete() {
        end.complete(true);
    }

    @Override
    protected void hookOnError(Throwable failure) {
        if (!end.completeExceptionally(failure)) {
            Operators.onErrorDropped(failure, currentContext());
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
            boolean cancelled = super.cancel(mayInterruptIfRunning);
            if (cancelled) {
                StreamAttempt.this.cancel();
            }
            return cancelled;
        }
    }
}
