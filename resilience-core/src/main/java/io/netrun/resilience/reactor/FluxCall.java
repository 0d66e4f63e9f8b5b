package io.netrun.resilience.reactor;

import io.netrun.resilience.AdaptedCall;
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

/**
 * A call that is a subscription to a stream. Of its attempts, which may run beside each other, the one whose first element comes
 * first owns the subscriber from then on; the others are stopped.
 */
final class FluxCall<T> implements AdaptedCall<Boolean> {

    private final Publisher<T> source;
    private final FluxSink<T> sink;
    private final Object origin;

    /** What the subscriber has asked for in all; {@link Long#MAX_VALUE} is without end. */
    private final AtomicLong requested = new AtomicLong();

    private final Queue<StreamAttempt<T>> attempts = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable StreamAttempt<T>> owner = new AtomicReference<>();

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

    @Override
    public CompletionStage<Boolean> get() {
        return subscribeTo(source);
    }

    @Override
    public boolean hasBegun() {
        return owner.get() != null;
    }

    @Override
    @SuppressWarnings("unchecked") // what a fallback gives is a stream of T, or something of one, by its contract
    public CompletionStage<Boolean> adapt(@Nullable Object replacement) {
        if (replacement instanceof Publisher<?> publisher) {
            return subscribeTo((Publisher<T>) publisher);
        }
        if (replacement instanceof CompletionStage<?> stage) {
            return subscribeTo(Mono.fromCompletionStage((CompletionStage<T>) stage));
        }
        return subscribeTo(Mono.justOrEmpty((T) replacement));
    }

    @Override
    public Object origin() {
        return origin;
    }

    private CompletableFuture<Boolean> subscribeTo(Publisher<T> stream) {
        StreamAttempt<T> attempt = new StreamAttempt<>(this);
        attempts.add(attempt);
        Flux.from(stream).contextWrite(sink.contextView()).subscribe(attempt);
        return attempt.end();
    }

    long requested() {
        return requested.get();
    }

    /** Passes an element on, unless another attempt's came first; then the attempt has lost. */
    boolean pass(StreamAttempt<T> attempt, T element) {
        if (owner.get() != attempt && !claim(attempt)) {
            return false;
        }
        sink.next(element);
        return true;
    }

    private boolean claim(StreamAttempt<T> attempt) {
        if (!owner.compareAndSet(null, attempt)) {
            return false;
        }
        for (StreamAttempt<T> other : attempts) {
            if (other != attempt) {
                other.lose();
            }
        }
        return true;
    }

    void ended(StreamAttempt<T> attempt) {
        attempts.remove(attempt);
    }
}
