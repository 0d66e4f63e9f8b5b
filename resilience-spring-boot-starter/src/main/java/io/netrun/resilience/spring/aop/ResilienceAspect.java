package io.netrun.resilience.spring.aop;

import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.aspectj.lang.annotation.DeclarePrecedence;
import org.aspectj.lang.annotation.Pointcut;
import org.jspecify.annotations.Nullable;

/**
 * Protects annotated methods where AspectJ weaves it into their classes: calls that an object makes to itself, private
 * and final methods too. It does so while an application with {@code resilience.advice-mode: aspectj} runs, by that
 * application's settings; without one, annotated methods run as if they were not. Of several such applications in one
 * class loader, and of a parent and its children, the latest that has beans of the class sets the rules; for objects of
 * other classes, the one that was started last.
 *
 * <p>Every execution of an annotated method is protected, so a method that calls the annotated one of its superclass is
 * so twice. It stands outside of other aspects, as the proxy does.
 */
@Aspect
@DeclarePrecedence("io.netrun.resilience.spring.aop.ResilienceAspect, *")
public final class ResilienceAspect {

    private volatile @Nullable ResilienceWeaving weaving;

    /** The application whose settings are followed from now on; null for none. */
    void follow(@Nullable ResilienceWeaving application) {
        weaving = application;
    }

    /**
     * Methods that bear an annotation of ours, or one that bears one, and the public ones of classes that do. Kotlin's
     * suspending functions are called again to resume, which is no call of its own; the wildcard does without Kotlin.
     */
    @Pointcut(
            "execution(!static * *(..)) && !execution(* *(.., kotlin.coroutines.*)) && (execution(@(io.netrun.resilience.annotation.*) * *(..))"
                    + " || execution(@(@(io.netrun.resilience.annotation.*) *) * *(..))"
                    + " || execution(public * (@(io.netrun.resilience.annotation.*) *).*(..))"
                    + " || execution(public * (@(@(io.netrun.resilience.annotation.*) *) *).*(..)))")
    void annotated() {}

    /** Makes the call through the method's pipeline; called by woven code. */
    @Around("annotated()")
    public @Nullable Object protect(ProceedingJoinPoint call) throws Throwable {
        ResilienceWeaving application = weaving;
        return application == null ? call.proceed() : application.invoke(call);
    }
}
