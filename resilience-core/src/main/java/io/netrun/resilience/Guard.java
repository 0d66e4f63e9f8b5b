package io.netrun.resilience;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a call can be made through: one {@link Policy}, or a {@link Pipeline} of them. Thread-safe and reusable. */
public interface Guard {

    /** The outermost layer, with all that is behind it. For those who write policies. */
    Layer entry();

    /**
     * Makes a call and returns its result.
     *
     * @param body the call; may run more than once (retry) or on another thread (timeout)
     * @return what the body returned, null included
     * @throws X what the body throws, unchanged
     * @throws ResilienceException if a policy refused or gave up the call
     */
    default <T extends @Nullable Object, X extends Throwable> T call(CheckedSupplier<T, X> body) throws X {
        return entry().call(body, Deadline.NONE);
    }

    /** Makes a call without a result; otherwise as {@link #call(CheckedSupplier)}. */
    default <X extends Throwable> void run(CheckedRunnable<X> body) throws X {
        Objects.requireNonNull(body, "body");
        this.<Boolean, X>call(() -> {
            body.run();
            return true;
        });
    }

    /**
     * Starts an asynchronous call. The body runs on the calling thread, unless it has to wait before; what it throws
     * becomes the failure of the future. Cancelling the returned future cancels the running call and everything that
     * would have followed.
     *
     * @param body starts the call; may run more than once
     * @return the future of the result; may be the body's own where that has ended already
     */
    default <T extends @Nullable Object> CompletableFuture<T> callAsync(Supplier<? extends CompletionStage<T>> body) {
        return entry().callAsync(body, Deadline.NONE);
    }

    /** A supplier that makes every call through this guard. */
    default <T extends @Nullable Object> Supplier<T> decorate(Supplier<T> supplier) {
        Objects.requireNonNull(supplier, "supplier");
        return () -> this.<T, RuntimeException>call(supplier::get);
    }

    /** A supplier of asynchronous calls that starts every one through this guard. */
    default <T extends @Nullable Object> Supplier<CompletableFuture<T>> decorateAsync(
            Supplier<? extends CompletionStage<T>> supplier) {
        Objects.requireNonNull(supplier, "supplier");
        return () -> callAsync(supplier);
    }
}
