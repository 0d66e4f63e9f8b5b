package io.netrun.resilience.spring.aop;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.spring.method.MethodPipeline;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/** A call that completes when it returns. */
final class PlainCall extends ProtectedCall implements CheckedSupplier<@Nullable Object, Throwable> {

    PlainCall(MethodInvocation invocation, MethodPipeline method, AttemptObserver.@Nullable Call watched) {
        super(invocation, method, watched);
    }

    @Override
    @SuppressWarnings("NullAway") // the supplier's T may be null here
    public @Nullable Object get() throws Throwable {
        AttemptObserver.Call watched = watched();
        return watched == null ? proceed() : watched(watched.attemptBegins(null));
    }

    private @Nullable Object watched(AttemptObserver.Attempt attempt) throws Throwable {
        Throwable failure = null;
        try {
            return proceed(attempt);
        } catch (Throwable thrown) {
            failure = thrown;
            throw thrown;
        } finally {
            attempt.ends(failure);
        }
    }
}
