package io.netrun.resilience.reactor;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.Deadline;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/** A call that is a subscription to a source with one element at most. */
final class MonoCall<T> implements AdaptedCall<T> {

    private final Mono<T> source;
    private final ContextView context;
    private final Object origin;

    MonoCall(Mono<T> source, ContextView context, Object origin) {
        this.source = source;
        this.context = context;
        this.origin = origin;
    }

    @Override
    public CompletionStage<T> get() {
        return start(Deadline.current());
    }

    @Override
    public CompletionStage<T> start(Deadline scope) {
        return stage(source, scope);
    }

    @Override
    public boolean hasBegun() {
        return false;
    }

    @Override
    @SuppressWarnings("unchecked") // what a fallback gives is a T, or something of one, by its contract
    public CompletionStage<T> adapt(@Nullable Object replacement) {
        if (replacement instanceof Publisher<?> publisher) {
            return stage(Mono.from((Publisher<T>) publisher), Deadline.current());
        }
        return replacement instanceof CompletionStage<?> stage
                ? (CompletionStage<T>) stage
                : CompletableFuture.completedFuture((T) replacement);
    }

    @Override
    public Object origin() {
        return origin;
    }

    @Override
    public void discard(@Nullable Object result) {
        if (result != null) {
            Operators.onDiscard(result, Context.of(context));
        }
    }

    private CompletionStage<T> stage(Mono<T> mono, Deadline scope) {
        return mono.contextWrite(context)
                .contextWrite(inner -> ScopeContext.with(inner, scope))
                .toFuture();
    }
}
