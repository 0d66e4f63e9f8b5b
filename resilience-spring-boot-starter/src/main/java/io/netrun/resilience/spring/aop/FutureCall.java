package io.netrun.resilience.spring.aop;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.spring.method.MethodPipeline;
import io.netrun.resilience.spring.pattern.Recovery;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/** A call that completes when the future that it returned completes. */
final class FutureCall extends ProtectedCall
        implements CheckedSupplier<CompletionStage<@Nullable Object>, RuntimeException> {

    FutureCall(MethodInvocation invocation, MethodPipeline method, AttemptObserver.@Nullable Call observed) {
        super(invocation, method, observed);
    }

    /** An exception that the method throws instead of returning a future fails the call like any other failure. */
    @Override
    public CompletionStage<@Nullable Object> get() {
        boolean alternative = callsAlternative(); // before the call changes its thread
        return isPooled() ? PooledBody.start(() -> begin(alternative)) : begin(alternative);
    }

    private CompletionStage<@Nullable Object> begin(boolean alternative) {
        AttemptObserver.Call observed = observed();
        if (observed == null) {
            return attempt(null, alternative);
        }
        AttemptObserver.Attempt attempt = observed.attemptBegins(null);
        CompletionStage<@Nullable Object> started = attempt(attempt, alternative);
        started.whenComplete((value, failure) -> attempt.ends(failure));
        return started;
    }

    private CompletionStage<@Nullable Object> attempt(AttemptObserver.@Nullable Attempt attempt, boolean alternative) {
        Object started;
        try {
            started = attempt == null ? proceed(alternative) : proceed(attempt, alternative);
        } catch (Throwable thrown) {
            return CompletableFuture.failedFuture(thrown);
        }
        return started == null
                ? CompletableFuture.failedFuture(
                        new NullPointerException(title() + " returned null instead of a future"))
                : stage(started);
    }

    @Override
    public @Nullable Object recover(Throwable failure, Recovery recovery) throws Throwable {
        Object recovered = super.recover(failure, recovery);
        return recovered == null ? null : stage(recovered);
    }

    @SuppressWarnings("unchecked") // guaranteed by the method's return type
    private static CompletionStage<@Nullable Object> stage(Object future) {
        return future instanceof CompletionStage<?>
                ? (CompletionStage<@Nullable Object>) future
                : FutureAdapter.of((Future<Object>) future);
    }
}
