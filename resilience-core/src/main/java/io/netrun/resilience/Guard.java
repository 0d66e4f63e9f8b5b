package io.netrun.resilience;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Protects calls: one {@link Policy}, or a {@link Pipeline} of them. Thread-safe and reusable. */
public interface Guard {

    /**
     * Returns the outermost layer, which leads to all others.
     *
     * @apiNote For authors of policies.
     */
    Layer entry();

    /**
     * Makes a call and returns its result.
     *
     * @param body the call; may run more than once (retry) or on another thread (timeout)
     * @return what the body returned, null included
     * @throws X what the body throws, unchanged. The compiler infers one type: for a body that throws several unrelated
     *     checked exceptions that is their common superclass
     * @throws ResilienceException if a policy rejected or abandoned the call
     * @throws NullPointerException if the body is null
     */
    default <T extends @Nullable Object, X extends Throwable> T call(CheckedSupplier<T, X> body) throws X {
        Objects.requireNonNull(body, "body");
        T result = entry().call(body, Deadline.ofSyncCall());
        AsyncResultCheck.check(result, this);
        return result;
    }

    /** Makes a call without a result; otherwise like {@link #call(CheckedSupplier)}. */
    default <X extends Throwable> void run(CheckedRunnable<X> body) throws X {
        Objects.requireNonNull(body, "body");
        call(new WrappedBody.OfRunnable<>(body));
    }

    /**
     * Starts an asynchronous call. The body runs on the calling thread, unless the call has to wait first; what the
     * body throws becomes the failure of the future. Cancelling the returned future cancels the running call and all
     * further attempts, and so does the end of a call around this one, through another guard, if its time limit fires
     * or its caller leaves. Every failure is reported through the returned future.
     *
     * @param body starts the call; may run more than once, and may throw checked exceptions. A future that it returns
     *     belongs to this call: it is cancelled when the call is, so return a {@linkplain CompletableFuture#copy()
     *     copy} of a shared one
     * @return the future of the result; may be the body's own if that has already ended
     * @throws NullPointerException if the body is null
     */
    @SuppressWarnings("unchecked") // a stage is only read, so a subtype is safe
    default <T extends @Nullable Object> CompletableFuture<T> callAsync(
            CheckedSupplier<? extends CompletionStage<? extends T>, ?> body) {
        Objects.requireNonNull(body, "body");
        CompletableFuture<T> call = null;
        try {
            Deadline scope = Deadline.current();
            call = entry().callAsync((CheckedSupplier<? extends CompletionStage<T>, ?>) body, scope);
            if (ForeignStage.isDone(call)) {
                return call;
            }
            CompletableFuture<T> own = call instanceof CallFuture<?> ? call : new CancellableCall<T>().follow(call);
            scope.cancelWithScope(own);
            return own;
        } catch (Throwable thrown) {
            if (call != null) {
                ForeignStage.cancel(call); // nobody would learn of its end
            }
            return CompletableFuture.failedFuture(thrown);
        }
    }

    /** Returns a supplier that makes every call through this guard. */
    default <T extends @Nullable Object> Supplier<T> decorate(Supplier<T> supplier) {
        Objects.requireNonNull(supplier, "supplier");
        CheckedSupplier<T, RuntimeException> body = WrappedBody.of(supplier, supplier::get);
        return () -> call(body);
    }

    /** Returns a callable that makes every call through this guard. */
    default <T extends @Nullable Object> Callable<T> decorateCallable(Callable<T> callable) {
        Objects.requireNonNull(callable, "callable");
        CheckedSupplier<T, Exception> body = WrappedBody.of(callable, callable::call);
        return () -> call(body);
    }

    /** Returns a runnable that makes every call through this guard. */
    default Runnable decorateRunnable(Runnable runnable) {
        Objects.requireNonNull(runnable, "runnable");
        CheckedSupplier<Boolean, RuntimeException> body = WrappedBody.of(runnable, () -> {
            runnable.run();
            return true;
        });
        return () -> call(body);
    }

    /** Returns a function that makes every call through this guard. */
    default <A extends @Nullable Object, T extends @Nullable Object> Function<A, T> decorateFunction(
            Function<A, T> function) {
        Objects.requireNonNull(function, "function");
        return argument -> call(new WrappedBody.OfFunction<>(function, argument));
    }

    /** Returns a supplier of asynchronous calls that starts every call through this guard. */
    default <T extends @Nullable Object> Supplier<CompletableFuture<T>> decorateAsync(
            Supplier<? extends CompletionStage<? extends T>> supplier) {
        Objects.requireNonNull(supplier, "supplier");
        CheckedSupplier<CompletionStage<? extends T>, RuntimeException> body = WrappedBody.of(supplier, supplier::get);
        return () -> callAsync(body);
    }
}
