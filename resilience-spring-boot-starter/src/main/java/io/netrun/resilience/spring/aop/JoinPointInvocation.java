package io.netrun.resilience.spring.aop;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Method;
import org.aopalliance.intercept.MethodInvocation;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.reflect.MethodSignature;
import org.jspecify.annotations.Nullable;

/** A woven call in the form of a proxy's invocation. It may proceed any number of times, on any thread. */
final class JoinPointInvocation implements MethodInvocation {

    private final ProceedingJoinPoint call;

    JoinPointInvocation(ProceedingJoinPoint call) {
        this.call = call;
    }

    @Override
    public Method getMethod() {
        return ((MethodSignature) call.getSignature()).getMethod();
    }

    @Override
    public Object[] getArguments() {
        return call.getArgs();
    }

    @Override
    public @Nullable Object proceed() throws Throwable {
        return call.proceed();
    }

    @Override
    public @Nullable Object getThis() {
        return call.getThis();
    }

    @Override
    public AccessibleObject getStaticPart() {
        return getMethod();
    }
}
