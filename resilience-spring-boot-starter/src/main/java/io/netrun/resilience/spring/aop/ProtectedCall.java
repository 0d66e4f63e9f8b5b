package io.netrun.resilience.spring.aop;

import io.netrun.resilience.spring.method.MethodPipeline;
import io.netrun.resilience.spring.pattern.RecoverableCall;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;

/** One call of a protected method, as its pipeline makes it: any number of times, and with something else in its place. */
abstract sealed class ProtectedCall implements RecoverableCall permits PlainCall, FutureCall {

    private final MethodInvocation invocation;
    private final MethodPipeline method;

    ProtectedCall(MethodInvocation invocation, MethodPipeline method) {
        this.invocation = invocation;
        this.method = method;
    }

    /** A second {@code proceed()} of one invocation would skip the advice further in, so every attempt has its own. */
    final @Nullable Object proceed() throws Throwable {
        return method.repeats() && invocation instanceof ProxyMethodInvocation proxied
                ? proxied.invocableClone(invocation.getArguments()).proceed()
                : invocation.proceed();
    }

    /** The method for people. */
    final String title() {
        return method.title();
    }

    @Override
    public @Nullable Object recover(Throwable failure) throws Throwable {
        Object target = invocation.getThis();
        if (target == null) {
            throw failure;
        }
        return method.fallbacks().recover(failure, target, invocation.getArguments());
    }
}
