package io.netrun.resilience.spring.aop;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.spring.method.MethodPipeline;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/** A call that completes when it returns. */
final class PlainCall extends ProtectedCall implements CheckedSupplier<@Nullable Object, Throwable> {

    PlainCall(MethodInvocation invocation, MethodPipeline method, AttemptObserver.@Nullable Call observed) {
        super(invocation, method, observed);
    }

    @Override
    @SuppressWarnings("NullAway") // the supplier's T may be null here
    public @Nullable Object get() throws Throwable {
        AttemptObserver.Call observed = observed();
        return observed == null ? proceed(callsAlternative()) : observed(observed.attemptBegins(null));
    }

    private @Nullable Object observed(AttemptObserver.Attempt attempt) throws Throwable {
        Throwable failure = null;
        try {
            return proceed(attempt, callsAlternative());
        } catch (Throwable thrown) {
            failure = thrown;
            throw thrown;
        } finally {
            attempt.ends(failure);
        }
    }
}
