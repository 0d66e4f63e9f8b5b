package io.netrun.resilience.reactor;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.Deadline;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * A call that is a subscription to a source with one element at most. It keeps the values of its attempts until it
 * ends, so that each of them reaches the subscriber or the subscriber's discard hook.
 */
final class MonoCall<T> implements AdaptedCall<T> {

    private final Mono<T> source;
    private final Context context;
    private final Object origin;

    /** What attempts have emitted and nobody has got. */
    private final Queue<Emitted<T>> values = new ConcurrentLinkedQueue<>();

    MonoCall(Mono<T> source, ContextView context, Object origin) {
        this.source = source;
        this.context = Context.of(context);
        this.origin = origin;
    }

    @Override
    public CompletionStage<T> get() {
        return start(Deadline.current());
    }

    @Override
    public CompletionStage<T> start(Deadline scope) {
        return subscribeTo(source, scope);
    }

    @Override
    public boolean hasBegun() {
        return false;
    }

    @Override
    @SuppressWarnings("unchecked") // what a fallback gives is a T, or something of one, by its contract
    public CompletionStage<T> adapt(@Nullable Object replacement) {
        if (replacement instanceof Publisher<?> publisher) {
            return subscribeTo(Mono.from((Publisher<T>) publisher), Deadline.current());
        }
        if (replacement instanceof CompletionStage<?> stage) {
            return subscribeTo(FutureMono.of((CompletionStage<T>) stage), Deadline.current());
        }
        if (replacement != null) {
            emitted((T) replacement);
        }
        return CompletableFuture.completedFuture((T) replacement);
    }

    @Override
    public Object origin() {
        return origin;
    }

    /** What has been taken care of already, by whoever was faster, is left alone. */
    @Override
    public boolean discard(@Nullable Object result) {
        if (result != null && tryRemove(result)) {
            Operators.onDiscard(result, context);
        }
        return false;
    }

    void emitted(T value) {
        values.add(new Emitted<>(value));
    }

    /** The call has ended; what others have emitted than the value that its subscriber gets is discarded. */
    void keepOnly(@Nullable T delivered) {
        if (delivered != null) {
            tryRemove(delivered);
        }
        for (Emitted<T> unused = values.poll(); unused != null; unused = values.poll()) {
            Operators.onDiscard(unused.value, context);
        }
    }

    /** By identity, since {@code equals} is code of others, and equal values are different ones. */
    private boolean tryRemove(Object value) {
        Emitted<T> found = null;
        for (Emitted<T> each : values) {
            if (each.value == value) {
                found = each;
            }
        }
        return found != null && values.remove(found);
    }

    private CompletionStage<T> subscribeTo(Mono<T> mono, Deadline scope) {
        MonoAttempt<T> attempt = new MonoAttempt<>(this, ScopeContext.with(context, scope));
        mono.subscribe(attempt);
        return attempt;
    }

    /** A class and not a record: each has an identity, whatever the value's equals says. */
    private static final class Emitted<T> {

        private final T value;

        Emitted(T value) {
            this.value = value;
        }
    }
}
