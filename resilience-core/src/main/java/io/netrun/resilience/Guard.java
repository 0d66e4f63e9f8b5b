package io.netrun.resilience;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a call can be made through: one {@link Policy}, or a {@link Pipeline} of them. Thread-safe and reusable. */
public interface Guard {

    /** The outermost layer, with all that is behind it. For authors of policies. */
    Layer entry();

    /**
     * Makes a call and returns its result.
     *
     * @param body the call; may run more than once (retry) or on another thread (timeout)
     * @return what the body returned, null included
     * @throws X what the body throws, unchanged. The compiler infers one type: for a body that throws several unrelated
     *     checked exceptions that is their common superclass
     * @throws ResilienceException if a policy rejected or gave up the call
     * @throws NullPointerException if the body is null
     */
    default <T extends @Nullable Object, X extends Throwable> T call(CheckedSupplier<T, X> body) throws X {
        Objects.requireNonNull(body, "body");
        T result = entry().call(body, Deadline.current());
        AsyncResultCheck.check(result, this);
        return result;
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
     * would have followed. Whatever goes wrong, the failure is in the returned future.
     *
     * @param body starts the call; may run more than once, and may throw checked exceptions. A future that it returns
     *     is this call's own: it is cancelled when the call is, so return a {@linkplain CompletableFuture#copy() copy}
     *     of one that others share
     * @return the future of the result; may be the body's own where that has ended already
     * @throws NullPointerException if the body is null
     */
    @SuppressWarnings("unchecked") // a stage is only read, so one of a subtype will do
    default <T extends @Nullable Object> CompletableFuture<T> callAsync(
            CheckedSupplier<? extends CompletionStage<? extends T>, ?> body) {
        Objects.requireNonNull(body, "body");
        try {
            CompletableFuture<T> call =
                    entry().callAsync((CheckedSupplier<? extends CompletionStage<T>, ?>) body, Deadline.current());
            return call instanceof CallFuture<?> || call.isDone() ? call : new CancellableCall<T>().follow(call);
        } catch (Throwable thrown) {
            return CompletableFuture.failedFuture(thrown);
        }
    }

    /** A supplier that makes every call through this guard. */
    default <T extends @Nullable Object> Supplier<T> decorate(Supplier<T> supplier) {
        Objects.requireNonNull(supplier, "supplier");
        CheckedSupplier<T, RuntimeException> body = supplier::get;
        return () -> call(body);
    }

    /** A callable that makes every call through this guard. */
    default <T extends @Nullable Object> Callable<T> decorateCallable(Callable<T> callable) {
        Objects.requireNonNull(callable, "callable");
        CheckedSupplier<T, Exception> body = callable::call;
        return () -> call(body);
    }

    /** A runnable that makes every call through this guard. */
    default Runnable decorateRunnable(Runnable runnable) {
        Objects.requireNonNull(runnable, "runnable");
        CheckedSupplier<Boolean, RuntimeException> body = () -> {
            runnable.run();
            return true;
        };
        return () -> call(body);
    }

    /** A function that makes every call through this guard. */
    default <A extends @Nullable Object, T extends @Nullable Object> Function<A, T> decorateFunction(
            Function<A, T> function) {
        Objects.requireNonNull(function, "function");
        return argument -> this.<T, RuntimeException>call(() -> function.apply(argument));
    }

    /** A supplier of asynchronous calls that starts every one through this guard. */
    default <T extends @Nullable Object> Supplier<CompletableFuture<T>> decorateAsync(
            Supplier<? extends CompletionStage<? extends T>> supplier) {
        Objects.requireNonNull(supplier, "supplier");
        CheckedSupplier<CompletionStage<? extends T>, RuntimeException> body = supplier::get;
        return () -> callAsync(body);
    }
}
