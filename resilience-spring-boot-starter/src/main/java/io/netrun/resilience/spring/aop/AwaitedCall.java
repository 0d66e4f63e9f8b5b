package io.netrun.resilience.spring.aop;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.spring.method.MethodPipeline;
import io.netrun.resilience.spring.pattern.Recovery;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * A call of an {@code @Async} method, on the thread of its executor. It completes when the future that the method
 * returned completes; the executor's thread waits for it. What the method does before it returns the future, usually
 * all of its work, belongs to the call too.
 */
final class AwaitedCall extends ProtectedCall implements CheckedSupplier<@Nullable Object, Throwable> {

    AwaitedCall(MethodInvocation invocation, MethodPipeline method, AttemptObserver.@Nullable Call observed) {
        super(invocation, method, observed);
    }

    @Override
    @SuppressWarnings("NullAway") // the supplier's T may be null here
    public @Nullable Object get() throws Throwable {
        AttemptObserver.Call observed = observed();
        if (observed == null) {
            return awaited(proceed(callsAlternative()));
        }
        AttemptObserver.Attempt attempt = observed.attemptBegins(null);
        Throwable failure = null;
        try {
            return awaited(proceed(attempt, callsAlternative()));
        } catch (Throwable thrown) {
            failure = thrown;
            throw thrown;
        } finally {
            attempt.ends(failure);
        }
    }

    @Override
    public @Nullable Object recover(Throwable failure, Recovery recovery) throws Throwable {
        return awaited(super.recover(failure, recovery));
    }

    private static @Nullable Object awaited(@Nullable Object returned) throws Throwable {
        if (returned == null) {
            return null;
        }
        Future<?> future =
                returned instanceof Future<?> done ? done : ((CompletionStage<?>) returned).toCompletableFuture();
        try {
            return future.get();
        } catch (ExecutionException e) {
            Throwable cause = ExceptionFilter.inside(e);
            throw cause == null ? e : cause;
        } catch (InterruptedException e) {
            future.cancel(true);
            throw e;
        }
    }

    /** Completes the caller's future; the executor's thread waits for this one. */
    static CompletableFuture<@Nullable Object> ended(@Nullable Object result) {
        return CompletableFuture.completedFuture(result);
    }
}
