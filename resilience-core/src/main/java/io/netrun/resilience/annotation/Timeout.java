package io.netrun.resilience.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Limits the duration of a call, including all of its attempts; on a class or interface, of each of its public methods.
 * Unset attributes use the configuration or its defaults. Durations are written as {@code 500ms}, {@code 2s},
 * {@code PT1M}; strings may hold <code>${placeholders}</code>.
 *
 * @see AttemptTimeout
 * @see io.netrun.resilience.timeout.TimeoutConfig
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
public @interface Timeout {

    /** Name of the instance; methods with the same name share it. Default {@code SimpleClassName.method}. */
    String name() default "";

    /**
     * The key of the instance that a call uses, as an expression of Spring over the arguments, such as
     * {@code #tenantId}, {@code #order.customer} or {@code #p0}: one instance for each key, named {@code name:key}.
     * Default one instance for all calls.
     */
    String key() default "";

    /**
     * With a key: number of instances to keep; beyond it, one that was not used recently makes room. 1 to 100,000,
     * default 1,000.
     */
    int maxKeys() default Unset.INT;

    /** Maximum duration of a call. Above zero, default {@code 5s}. */
    String duration() default "";

    /** Message of the exception. Default {@code Operation timed out}. */
    String message() default "";

    /** Sync methods: thread that runs the call. {@code auto} (default), {@code worker} or {@code caller}. */
    String thread() default "";

    /** Sync methods: whether the running thread is interrupted. {@code true} (default) or {@code false}. */
    String interrupt() default "";

    /**
     * Sync methods on worker threads: maximum number of calls still running after their timeout before further ones are
     * rejected. At least 1, default 100.
     */
    int maxAbandoned() default Unset.INT;

    /**
     * Sync methods on worker threads: name of the executor bean that runs the calls; by default the shared worker
     * threads do. The executor must not run tasks on the calling thread. What it throws instead of accepting a task
     * reaches the caller.
     */
    String executor() default "";

    /**
     * Whether calls are ended at the limit, or only counted. {@code enforce} (default), or {@code observe} for a dry
     * run.
     */
    String mode() default "";
}
