package io.netrun.resilience.reactor;

import io.netrun.resilience.ForeignStage;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * A future as a {@link Mono}: its failure comes as it is, also one that is a {@link java.util.concurrent.CompletionException}
 * without a cause, of which Reactor's own bridge makes no signal at all.
 */
final class FutureMono {

    private FutureMono() {}

    static <T> Mono<T> of(CompletionStage<T> stage) {
        return Mono.create(sink -> {
            CompletableFuture<T> future = ForeignStage.asFuture(stage);
            sink.onCancel(() -> ForeignStage.cancel(future));
            follow(future, sink);
        });
    }

    static <T> void follow(CompletableFuture<T> future, MonoSink<T> sink) {
        ForeignStage.onEnd(future, (value, failure) -> {
            if (failure == null) {
                sink.success(value);
            } else {
                sink.error(failure);
            }
            return null;
        });
    }
}
