package io.netrun.resilience;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One policy's place in a pipeline: it decides about a call and passes it inward. Layers are linked once, when the
 * pipeline is built; a call hands its body from layer to layer and creates nothing on its way. For those who write
 * policies. Implementations are immutable and thread-safe.
 */
public interface Layer {

    /** The innermost layer, which makes the call itself. */
    Layer DIRECT = new DirectLayer();

    /** Makes a call on the calling thread's behalf and throws what it throws, or a {@link ResilienceException}. */
    <T extends @Nullable Object, X extends Throwable> T call(CheckedSupplier<T, X> body, Deadline deadline) throws X;

    /**
     * Starts a call and never throws: every failure ends the future. Cancelling the future, or ending it from outside
     * in another way, reaches the innermost running call.
     */
    <T extends @Nullable Object> CompletableFuture<T> callAsync(
            CheckedSupplier<? extends CompletionStage<T>, ?> body, Deadline deadline);

    /** Starts a call as {@link #callAsync} does, of a layer that may break its promise never to throw. */
    static <T extends @Nullable Object> CompletableFuture<T> start(
            Layer next, CheckedSupplier<? extends CompletionStage<T>, ?> body, Deadline deadline) {
        try {
            return next.callAsync(body, deadline);
        } catch (Throwable thrown) {
            return CompletableFuture.failedFuture(thrown);
        }
    }
}
