package io.netrun.resilience.reactor;

import io.netrun.resilience.AttemptLostException;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.ForeignStage;
import io.netrun.resilience.Workers;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * One subscription to a stream, and a future that ends when it does; cancelling that ends it. It is over from the
 * moment at which its end is decided: what its source still emits from then on is discarded, however little the source
 * heeds a cancel.
 */
final class StreamAttempt<T> extends CompletableFuture<Boolean> implements CoreSubscriber<T>, ForeignStage.AsReported {

    private final FluxCall<T> call;
    private final Deadline scope;
    private final Context context;
    private final AtomicReference<@Nullable Subscription> upstream = new AtomicReference<>();

    /** What this attempt has asked its source for. */
    private final AtomicLong asked = new AtomicLong();

    /** Written by the call, which decides in the same step whether this owns the subscriber. */
    private volatile boolean over;

    StreamAttempt(FluxCall<T> call, Deadline scope, Context context) {
        this.call = call;
        this.scope = scope;
        this.context = context;
    }

    /** In which the attempt is made. */
    Deadline scope() {
        return scope;
    }

    boolean isOver() {
        return over;
    }

    void setOver() {
        over = true;
    }

    /** Asks the source for as much as the subscriber has asked for by now. */
    void requestUp() {
        Subscription source = upstream.get();
        if (source == null) {
            return;
        }
        long seen;
        long wanted;
        do {
            seen = asked.get();
            wanted = call.requested();
            if (wanted <= seen) {
                return;
            }
        } while (!asked.compareAndSet(seen, wanted));
        try {
            source.request(wanted == Long.MAX_VALUE ? wanted : wanted - seen);
        } catch (Throwable thrown) {
            cancelSource();
            onError(thrown);
        }
    }

    /** Another attempt owns the subscriber; what a cancel of this one's source does must not delay that. */
    void lose() {
        if (call.tryEnd(this)) {
            Workers.executeReliably(this::endLost);
        }
    }

    private void endLost() {
        cancelSource();
        super.completeExceptionally(new AttemptLostException());
    }

    /** Cancels the subscription and leaves it to the policies how the attempt ends. */
    void cancelSource() {
        Subscription source = upstream.getAndSet(Operators.cancelledSubscription());
        if (source != null) {
            SafeCancel.of(source);
        }
    }

    /** Of the subscriber: its hooks take what is discarded. */
    @Override
    public Context currentContext() {
        return context;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        if (upstream.compareAndSet(null, subscription)) {
            requestUp();
        } else {
            SafeCancel.of(subscription);
        }
    }

    @Override
    public void onNext(T element) {
        try {
            if (!call.pass(this, Objects.requireNonNull(element, "element"))) {
                reject(element);
            }
        } catch (Throwable thrown) {
            cancelSource();
            onError(thrown);
        }
    }

    private void reject(T element) {
        Operators.onDiscard(element, context);
        if (call.isLeft()) {
            cancelSource();
        } else if (call.tryEnd(this)) {
            endLost();
        }
    }

    @Override
    public void onComplete() {
        if (call.hasLost(this)) {
            lose();
        } else if (call.tryEnd(this)) {
            super.complete(true);
        }
    }

    @Override
    public void onError(Throwable failure) {
        if (!call.tryEnd(this)) {
            Operators.onErrorDropped(failure, context);
        } else if (call.hasLost(this)) {
            Operators.onErrorDropped(failure, context);
            endLost();
        } else {
            super.completeExceptionally(failure);
        }
    }

    /** One that is over ends by itself, and is cancelled where it has lost. */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        if (!call.tryEnd(this)) {
            return isCancelled();
        }
        cancelSource();
        return super.cancel(mayInterruptIfRunning);
    }
}
