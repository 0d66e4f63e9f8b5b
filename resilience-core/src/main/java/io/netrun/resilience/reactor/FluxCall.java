package io.netrun.resilience.reactor;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.Deadline;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * A call that is a subscription to a stream. Of its attempts, which may run beside each other, the one whose first element or
 * empty end comes first owns the subscriber from then on; the others have lost, and cannot end the stream in any way.
 */
final class FluxCall<T> implements AdaptedCall<Boolean> {

    private final Publisher<T> source;
    private final FluxSink<T> sink;
    private final Object origin;

    /** What the subscriber has asked for in all; {@link Long#MAX_VALUE} is without end. */
    private final AtomicLong requested = new AtomicLong();

    private final Queue<StreamAttempt<T>> attempts = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable StreamAttempt<T>> owner = new AtomicReference<>();
    private final Queue<Runnable> onDelivery = new ConcurrentLinkedQueue<>();
    private volatile boolean delivered;

    FluxCall(Publisher<T> source, FluxSink<T> sink, Object origin) {
        this.source = source;
        this.sink = sink;
        this.origin = origin;
    }

    /** The subscriber asks for more elements; every attempt that may become the owner is asked for as many. */
    void request(long more) {
        requested.accumulateAndGet(more, Operators::addCap);
        attempts.forEach(StreamAttempt::requestUp);
    }

    /** The subscriber has left, perhaps while a source emits within its subscription, where no future can be cancelled yet. */
    void leave() {
        attempts.forEach(StreamAttempt::cancel);
    }

    @Override
    public CompletionStage<Boolean> get() {
        return start(Deadline.current());
    }

    @Override
    public CompletionStage<Boolean> start(Deadline scope) {
        return subscribeTo(source, scope);
    }

    @Override
    public boolean hasBegun() {
        return delivered;
    }

    @Override
    public boolean hasDelivered() {
        return delivered;
    }

    @Override
    public void onDelivery(Runnable callback) {
        onDelivery.add(callback);
    }

    @Override
    public boolean isOwnedBy(Deadline scope) {
        StreamAttempt<T> owning = owner.get();
        return owning != null && owning.scope().isWithin(scope);
    }

    @Override
    @SuppressWarnings("unchecked") // what a fallback gives is a stream of T, or something of one, by its contract
    public CompletionStage<Boolean> adapt(@Nullable Object replacement) {
        Deadline scope = Deadline.current();
        if (replacement instanceof Publisher<?> publisher) {
            return subscribeTo((Publisher<T>) publisher, scope);
        }
        if (replacement instanceof CompletionStage<?> stage) {
            return subscribeTo(FutureMono.of((CompletionStage<T>) stage), scope);
        }
        return subscribeTo(Mono.justOrEmpty((T) replacement), scope);
    }

    @Override
    public Object origin() {
        return origin;
    }

    private CompletableFuture<Boolean> subscribeTo(Publisher<T> stream, Deadline scope) {
        StreamAttempt<T> attempt = new StreamAttempt<>(this, scope, Context.of(sink.contextView()));
        forgetFormerOwner();
        attempts.add(attempt);
        if (sink.isCancelled()) {
            attempt.cancel();
        } else if (owner.get() != null) {
            attempt.lose();
        } else {
            Flux.from(stream)
                    .contextWrite(sink.contextView())
                    .contextWrite(context -> ScopeContext.with(context, scope))
                    .subscribe(attempt);
            if (sink.isCancelled()) {
                attempt.cancel();
            }
        }
        return attempt.end();
    }

    /** An attempt that ended empty, and was made again by a policy all the same, does not own what follows. */
    private void forgetFormerOwner() {
        StreamAttempt<T> former = owner.get();
        if (former != null && !delivered && former.end().isDone()) {
            owner.compareAndSet(former, null);
        }
    }

    long requested() {
        return requested.get();
    }

    /** Passes an element on, unless another attempt owns the subscriber, or that has left. */
    boolean pass(StreamAttempt<T> attempt, T element) {
        if (sink.isCancelled() || !owns(attempt)) {
            return false;
        }
        if (!delivered) {
            delivered = true;
            attempts.forEach(other -> {
                if (other != attempt) {
                    other.lose();
                }
            });
            onDelivery.forEach(Runnable::run);
        }
        sink.next(element);
        return true;
    }

    /** Whether an attempt owns the subscriber, which it does from now on if no other attempt does. */
    boolean owns(StreamAttempt<T> attempt) {
        return owner.get() == attempt || owner.compareAndSet(null, attempt);
    }

    /** Whether another attempt owns the subscriber. */
    boolean hasLost(StreamAttempt<T> attempt) {
        StreamAttempt<T> owning = owner.get();
        return owning != null && owning != attempt;
    }

    boolean isCancelled() {
        return sink.isCancelled();
    }

    void ended(StreamAttempt<T> attempt) {
        attempts.remove(attempt);
    }
}
