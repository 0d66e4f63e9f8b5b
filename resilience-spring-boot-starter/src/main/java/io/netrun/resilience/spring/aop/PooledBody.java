package io.netrun.resilience.spring.aop;

import io.netrun.resilience.CallerContext;
import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.Workers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The body of a call on a thread of its own, as a bulkhead of resilience4j with a thread pool has it. The bulkhead
 * itself limits how many run.
 */
final class PooledBody {

    private PooledBody() {}

    /** Starts a body with the caller's context. A cancelled one does not begin any more, or its future is cancelled. */
    static CompletionStage<@Nullable Object> start(Supplier<CompletionStage<@Nullable Object>> body) {
        CompletableFuture<@Nullable Object> ended = new CompletableFuture<>();
        try {
            CallerContext context = CallerContext.capture();
            Workers.executePromptly(() -> {
                if (!ended.isDone()) {
                    context.run(() -> relay(body.get(), ended), ended::completeExceptionally);
                }
            });
        } catch (RuntimeException | Error notStarted) {
            ended.completeExceptionally(notStarted);
        }
        return ended;
    }

    private static void relay(CompletionStage<@Nullable Object> started, CompletableFuture<@Nullable Object> ended) {
        started.whenComplete((value, failure) -> {
            if (failure == null) {
                ended.complete(value);
            } else {
                ended.completeExceptionally(withoutEnvelope(failure));
            }
        });
        ended.whenComplete((value, failure) -> {
            if (ended.isCancelled() && started instanceof CompletableFuture<?> future) {
                future.cancel(true);
            }
        });
    }

    private static Throwable withoutEnvelope(Throwable failure) {
        Throwable cause = ExceptionFilter.isEnvelope(failure) ? ExceptionFilter.inside(failure) : null;
        return cause != null ? cause : failure;
    }
}
