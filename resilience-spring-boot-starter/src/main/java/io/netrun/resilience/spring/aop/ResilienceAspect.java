package io.netrun.resilience.spring.aop;

import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.aspectj.lang.annotation.DeclarePrecedence;
import org.aspectj.lang.annotation.Pointcut;
import org.jspecify.annotations.Nullable;

/**
 * Protects annotated methods where AspectJ weaves it into their classes, including self-invocations, private methods
 * and final methods. It is active while an application with {@code resilience.advice-mode: aspectj} runs and uses that
 * application's settings; without one, annotated methods run unprotected. With several applications in one class
 * loader, or a parent and its children, each bean is protected by its own, or not at all where that has proxies or is
 * switched off. An object that is no bean is protected by the latest application that has beans of the class, or else
 * by the one that was started last.
 *
 * <p>A method that calls the method of its superclass which it overrides is protected once, if both are annotated. The
 * aspect is placed outside of other aspects, as the proxy's advice is.
 */
@Aspect
@DeclarePrecedence("io.netrun.resilience.spring.aop.ResilienceAspect, *")
public final class ResilienceAspect {

    private volatile @Nullable ResilienceWeaving weaving;

    /** The application whose settings apply from now on; null for none. */
    void follow(@Nullable ResilienceWeaving application) {
        weaving = application;
    }

    /**
     * Methods with one of our annotations, also as a meta-annotation, and the public methods of classes with one.
     * Kotlin calls suspending functions again to resume them, which is not a call of its own; the wildcard works
     * without Kotlin.
     */
    @Pointcut(
            "execution(!static * *(..)) && !execution(* *(.., kotlin.coroutines.*)) && (execution(@(io.netrun.resilience.annotation.*) * *(..))"
                    + " || execution(@(@(io.netrun.resilience.annotation.*) *) * *(..))"
                    + " || execution(public * (@(io.netrun.resilience.annotation.*) *).*(..))"
                    + " || execution(public * (@(@(io.netrun.resilience.annotation.*) *) *).*(..)))")
    void annotated() {}

    /** Executes the call through the method's pipeline; called by woven code. */
    @Around("annotated()")
    public @Nullable Object protect(ProceedingJoinPoint call) throws Throwable {
        ResilienceWeaving application = weaving;
        return application == null ? call.proceed() : application.invoke(call);
    }
}
