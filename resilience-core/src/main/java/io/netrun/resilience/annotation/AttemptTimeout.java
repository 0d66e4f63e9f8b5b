package io.netrun.resilience.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Limits how long each attempt of a method may take; on a class or interface, of each of its public methods. It stands
 * within {@link Retry}, {@link Hedge} and {@link CircuitBreaker}, so that an attempt that takes too long is a failure,
 * and the next one may follow; {@link Timeout} may stand around them all. Unset attributes leave the setting to the
 * configuration and its defaults. Durations are written as {@code 500ms}, {@code 2s}, {@code PT1M}; strings may hold
 * <code>${placeholders}</code>.
 *
 * @see io.netrun.resilience.timeout.TimeoutConfig
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
public @interface AttemptTimeout {

    /**
     * Name of the instance, which is a timeout as any other; methods with the same name share it. Default
     * {@code SimpleClassName.method.attempt}.
     */
    String name() default "";

    /** The time limit of one attempt. */
    String duration() default "";

    /** What the exception says. */
    String message() default "";

    /** Sync methods: the thread that runs the attempt: {@code auto}, {@code worker} or {@code caller}. */
    String thread() default "";

    /** Sync methods: whether the running thread is interrupted at the limit: {@code true} or {@code false}. */
    String interrupt() default "";

    /**
     * Sync methods on workers: attempts that may run on after their limit before further ones are refused; at least 1.
     */
    int maxAbandoned() default Unset.INT;

    /**
     * Sync methods on workers: the name of the executor bean that runs the calls instead of the workers that all
     * instances share. It must have threads of its own; what it throws instead of taking a call reaches the caller.
     */
    String executor() default "";
}
