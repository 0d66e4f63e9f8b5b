package io.netrun.resilience.spring.aop;

import io.netrun.resilience.spring.method.MethodPipeline;
import io.netrun.resilience.spring.pattern.RecoverableCall;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.interceptor.ExposeInvocationInterceptor;

/**
 * One call of a protected method, as its pipeline makes it: any number of times, and with something else in its place.
 */
abstract sealed class ProtectedCall implements RecoverableCall
        permits PlainCall, FutureCall, AwaitedCall, ReactiveCall {

    private final MethodInvocation invocation;
    private final MethodPipeline method;
    private final AttemptObserver.@Nullable Call watched;

    /**
     * A call.
     *
     * @param watched hears of its attempts, if anyone wants to
     */
    ProtectedCall(MethodInvocation invocation, MethodPipeline method, AttemptObserver.@Nullable Call watched) {
        this.invocation = invocation;
        this.method = method;
        this.watched = watched;
    }

    /** Who hears of the attempts, if anyone does. */
    final AttemptObserver.@Nullable Call watched() {
        return watched;
    }

    /** Makes the call, as an attempt that is watched. */
    final @Nullable Object proceed(AttemptObserver.Attempt attempt) throws Throwable {
        AttemptObserver.Scope current = attempt.open();
        try {
            return proceed();
        } finally {
            current.close();
        }
    }

    /** Makes the call. Aspects further in ask for the invocation that is current on their thread. */
    final @Nullable Object proceed() throws Throwable {
        MethodInvocation attempt = method.mayRepeat() ? freshInvocation() : invocation;
        return method.mayChangeThread() && attempt instanceof ProxyMethodInvocation
                ? ExposeInvocationInterceptor.INSTANCE.invoke(attempt)
                : attempt.proceed();
    }

    /** A second {@code proceed()} of one invocation would skip the advice further in, so every attempt has its own. */
    private MethodInvocation freshInvocation() {
        return invocation instanceof ProxyMethodInvocation proxied
                ? proxied.invocableClone(invocation.getArguments())
                : invocation;
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
