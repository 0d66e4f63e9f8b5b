package io.netrun.resilience.spring.aop;

import io.netrun.resilience.spring.method.AlternativeMethod;
import io.netrun.resilience.spring.method.MethodPipeline;
import io.netrun.resilience.spring.method.ReturnKind;
import io.netrun.resilience.spring.pattern.HedgeableCall;
import io.netrun.resilience.spring.pattern.LimitedCall;
import io.netrun.resilience.spring.pattern.RecoverableCall;
import io.netrun.resilience.spring.pattern.Recovery;
import java.util.Arrays;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.interceptor.ExposeInvocationInterceptor;

/** One call of a protected method, as its pipeline executes it: any number of attempts, and possibly a fallback. */
abstract sealed class ProtectedCall implements RecoverableCall, LimitedCall, HedgeableCall
        permits PlainCall, FutureCall, AwaitedCall, ReactiveCall {

    private final MethodInvocation invocation;
    private final MethodPipeline method;
    private final AttemptObserver.@Nullable Call observed;

    /**
     * A call.
     *
     * @param observed observes the attempts; null if they are not observed
     */
    ProtectedCall(MethodInvocation invocation, MethodPipeline method, AttemptObserver.@Nullable Call observed) {
        this.invocation = invocation;
        this.method = method;
        this.observed = observed;
    }

    /** The observer of the attempts; null if there is none. */
    final AttemptObserver.@Nullable Call observed() {
        return observed;
    }

    /** Executes the call as an observed attempt. */
    final @Nullable Object proceed(AttemptObserver.Attempt attempt, boolean alternative) throws Throwable {
        AttemptObserver.Scope current = attempt.open();
        try {
            return proceed(alternative);
        } finally {
            current.close();
        }
    }

    /** Whether the calling thread makes an attempt that calls the alternative of the method. */
    final boolean callsAlternative() {
        return method.alternative() != null && isAlternative();
    }

    /**
     * Executes the call. Inner aspects look up the current invocation of their thread.
     *
     * @param alternative whether the alternative is called instead of the method
     */
    final @Nullable Object proceed(boolean alternative) throws Throwable {
        AlternativeMethod other = alternative ? method.alternative() : null;
        Object target = invocation.getThis();
        if (other != null && target != null) {
            return other.call(target, invocation.getArguments());
        }
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

    /** Whether each attempt runs on a thread of its own. */
    final boolean isPooled() {
        return method.pooled();
    }

    /** The method's display name. */
    final String title() {
        return method.title();
    }

    @Override
    public final @Nullable Object recover(Throwable failure) throws Throwable {
        return recover(failure, method.fallbacks());
    }

    @Override
    public @Nullable Object recover(Throwable failure, Recovery recovery) throws Throwable {
        Object target = invocation.getThis();
        if (target == null) {
            throw failure;
        }
        return recovery.recover(failure, target, invocation.getArguments());
    }

    @Override
    public final int permits() {
        return method.permits().of(invocation.getArguments());
    }

    @Override
    public @Nullable Object cacheKey() {
        if (!method.fallbacks().keepsResults()) {
            return null;
        }
        @Nullable Object[] arguments = invocation.getArguments();
        boolean suspending = method.returns() == ReturnKind.SUSPENDING; // its last argument is the continuation
        Object target = invocation.getThis();
        return new MethodCallKey(
                target == null ? method : target,
                method.title(),
                Arrays.copyOf(arguments, suspending ? arguments.length - 1 : arguments.length));
    }
}
