package io.netrun.resilience;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The innermost layer: makes the call in its scope, where protected calls within it find that scope. A call that was
 * given up on its way here, such as in a listener of a circuit that admitted it, is not made.
 */
final class DirectLayer implements Layer {

    @Override
    public <T extends @Nullable Object, X extends Throwable> T call(CheckedSupplier<T, X> body, Deadline deadline)
            throws X {
        if (deadline == Deadline.NONE) {
            return body.get();
        }
        deadline.requireWanted();
        Deadline before = deadline.enter();
        try {
            return body.get();
        } finally {
            Deadline.exitScope(before);
        }
    }

    @Override
    public <T extends @Nullable Object> CompletableFuture<T> callAsync(
            CheckedSupplier<? extends CompletionStage<T>, ?> body, Deadline deadline) {
        if ((deadline != Deadline.NONE && deadline.isOver()) || AdaptedCall.isLeft(body)) {
            return CompletableFuture.failedFuture(deadline.givenUp());
        }
        if (body instanceof AdaptedCall<?>) {
            // It is made in a scope of its own, which is stopped when it is left.
            Deadline before = deadline.enter();
            try {
                return start(body, deadline);
            } finally {
                Deadline.exitScope(before);
            }
        }
        @Nullable Object[] thread = Deadline.slot();
        Object scope = thread[Deadline.SCOPE];
        Object around = thread[Deadline.AROUND];
        Object started = thread[Deadline.STARTED];
        Deadline.OfBody created;
        CompletableFuture<T> call;
        try {
            deadline.enterBody(thread);
            call = start(body, deadline);
        } finally {
            created = Deadline.exitBody(thread, scope, around, started);
        }
        return created == null ? call : StartedInScope.of(call, created, thread);
    }

    private static <T extends @Nullable Object> CompletableFuture<T> start(
            CheckedSupplier<? extends CompletionStage<T>, ?> body, Deadline deadline) {
        CompletionStage<T> stage = null;
        try {
            stage = stage(body, deadline);
            return stage == null
                    ? CompletableFuture.failedFuture(new NullPointerException(
                            "the asynchronous call returned null instead of a CompletionStage"))
                    : ForeignStage.ofBody(stage);
        } catch (Throwable thrown) {
            if (stage instanceof CompletableFuture<T> unusable) {
                ForeignStage.cancel(unusable); // nobody would learn of its end
            }
            return ForeignStage.failed(body instanceof AdaptedCall<?> ? thrown : ExceptionFilter.ofStage(thrown));
        }
    }

    @SuppressWarnings("unchecked") // an adapted call of T has results of type T
    private static <T extends @Nullable Object> CompletionStage<T> stage(
            CheckedSupplier<? extends CompletionStage<T>, ?> body, Deadline deadline) throws Throwable {
        return body instanceof AdaptedCall<?> adapted ? ((AdaptedCall<T>) adapted).start(deadline) : body.get();
    }
}
