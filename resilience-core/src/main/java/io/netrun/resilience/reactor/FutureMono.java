package io.netrun.resilience.reactor;

import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.ForeignStage;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import reactor.core.publisher.Mono;

/**
 * A stage as a {@link Mono}. What its dependent stages put around a failure is taken off, and nothing else: also a
 * {@link java.util.concurrent.CompletionException} without a cause is a failure, of which Reactor's own bridge makes no
 * signal at all.
 */
final class FutureMono {

    private FutureMono() {}

    static <T> Mono<T> of(CompletionStage<T> stage) {
        return Mono.create(sink -> {
            CompletableFuture<T> future = ForeignStage.asFuture(stage);
            sink.onCancel(() -> ForeignStage.cancel(future));
            ForeignStage.onEnd(future, (value, failure) -> {
                if (failure == null) {
                    sink.success(value);
                } else {
                    sink.error(ExceptionFilter.withoutEnvelope(failure));
                }
                return null;
            });
        });
    }
}
