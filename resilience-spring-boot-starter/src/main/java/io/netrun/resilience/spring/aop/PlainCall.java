package io.netrun.resilience.spring.aop;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.spring.method.MethodPipeline;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/** A call that is done when it returns. */
final class PlainCall extends ProtectedCall implements CheckedSupplier<@Nullable Object, Throwable> {

    PlainCall(MethodInvocation invocation, MethodPipeline method) {
        super(invocation, method);
    }

    @Override
    @SuppressWarnings("NullAway") // the supplier's T may be null here
    public @Nullable Object get() throws Throwable {
        return proceed();
    }
}
