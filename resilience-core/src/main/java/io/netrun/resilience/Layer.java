package io.netrun.resilience;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A policy's slot in a pipeline: it decides about a call and passes it inward. Layers are linked once, when the
 * pipeline is built; a call passes its body from layer to layer and allocates nothing on the way. Implementations are
 * immutable and thread-safe.
 *
 * @apiNote For authors of policies.
 */
public interface Layer {

    /** The innermost layer, which makes the call itself. */
    Layer DIRECT = new DirectLayer();

    /** Makes a call on behalf of the calling thread, and throws what it throws or a {@link ResilienceException}. */
    <T extends @Nullable Object, X extends Throwable> T call(CheckedSupplier<T, X> body, Deadline deadline) throws X;

    /**
     * Starts a call. Never throws: every failure ends the future. Cancelling the future, or ending it from outside in
     * another way, reaches the innermost running call.
     */
    <T extends @Nullable Object> CompletableFuture<T> callAsync(
            CheckedSupplier<? extends CompletionStage<T>, ?> body, Deadline deadline);

    /** Starts a call as {@link #callAsync} does, through a layer that may throw although it must not. */
    static <T extends @Nullable Object> CompletableFuture<T> start(
            Layer next, CheckedSupplier<? extends CompletionStage<T>, ?> body, Deadline deadline) {
        try {
            return next.callAsync(body, deadline);
        } catch (Throwable thrown) {
            return CompletableFuture.failedFuture(thrown);
        }
    }
}
