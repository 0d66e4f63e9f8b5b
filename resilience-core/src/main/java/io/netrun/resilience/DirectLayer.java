package io.netrun.resilience;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The call itself. */
final class DirectLayer implements Layer {

    @Override
    public <T extends @Nullable Object, X extends Throwable> T call(CheckedSupplier<T, X> body, Deadline deadline)
            throws X {
        return body.get();
    }

    @Override
    public <T extends @Nullable Object> CompletableFuture<T> callAsync(
            Supplier<? extends CompletionStage<T>> body, Deadline deadline) {
        try {
            CompletionStage<T> stage = body.get();
            if (stage == null) {
                return CompletableFuture.failedFuture(
                        new NullPointerException("the asynchronous call returned null instead of a CompletionStage"));
            }
            return stage instanceof CompletableFuture<T> future && isWhole(future) ? future : adapt(stage);
        } catch (Throwable thrown) {
            return CompletableFuture.failedFuture(thrown);
        }
    }

    /** A {@linkplain CompletableFuture#minimalCompletionStage() minimal stage} is a future that can not be asked anything. */
    @SuppressWarnings("ReturnValueIgnored") // asked for whether it answers
    private static boolean isWhole(CompletableFuture<?> future) {
        if (future.getClass() == CompletableFuture.class) {
            return true;
        }
        try {
            future.isDone();
            return true;
        } catch (UnsupportedOperationException minimal) {
            return false;
        }
    }

    /** A stage that is no future of its own: followed through its callback, which every stage has. */
    private static <T extends @Nullable Object> CompletableFuture<T> adapt(CompletionStage<T> stage) {
        CompletableFuture<T> future = new CompletableFuture<>();
        stage.whenComplete((value, failure) -> {
            if (failure == null) {
                future.complete(value);
            } else {
                future.completeExceptionally(failure);
            }
        });
        return future;
    }
}
