package io.netrun.resilience.fallback;

import org.jspecify.annotations.Nullable;

/** Recovers a failed call. */
@FunctionalInterface
public interface FallbackFunction {

    /**
     * Returns the result of the failed call.
     *
     * @param failure what the call failed with, without the {@link java.util.concurrent.CompletionException} or
     *     {@link java.util.concurrent.ExecutionException} around it, and, unless the handler is for that very
     *     exception, without the exception of a retry around it
     * @param call the body that was given to {@code call} or {@code callAsync}, or the source that was given to a
     *     {@code ReactorGuard}, for those that are more than a lambda
     * @return must be of the type that the call returns; for an asynchronous call either that or a
     *     {@link java.util.concurrent.CompletionStage} of it
     * @throws Throwable becomes the failure of the call; rethrowing the given failure leaves the call unchanged
     */
    @Nullable
    Object apply(Throwable failure, Object call) throws Throwable;
}
