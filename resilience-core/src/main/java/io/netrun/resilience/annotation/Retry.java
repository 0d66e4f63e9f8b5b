package io.netrun.resilience.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes failed calls of a method again; on a class or interface, of all its public methods. Unset attributes leave the
 * setting to the configuration and its defaults. Durations are written as {@code 500ms}, {@code 2s}, {@code PT1M};
 * strings may hold <code>${placeholders}</code>.
 *
 * @see io.netrun.resilience.retry.RetryConfig
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
public @interface Retry {

    /** Name of the instance; methods with the same name share it. Default {@code SimpleClassName.method}. */
    String name() default "";

    /** All attempts, the first included; at least 1. */
    int maxAttempts() default Unset.INT;

    /** Time after the call's beginning at which no further attempt begins. */
    String maxDuration() default "";

    /** How the waits grow: {@code exponential}, {@code linear}, {@code fibonacci} or {@code constant}. */
    String backoff() default "";

    /** Wait before the first retry. */
    String baseDelay() default "";

    /** Longest wait. */
    String maxDelay() default "";

    /** Exponential backoff: factor from one wait to the next; at least 1.0. */
    double backoffMultiplier() default Unset.DOUBLE;

    /**
     * Spread of the waits: {@code true}, {@code false}, {@code none}, {@code full}, {@code equal},
     * {@code decorrelated}.
     */
    String jitter() default "";

    /** Failures that are retried, subclasses included. */
    Class<? extends Throwable>[] exceptions() default {};

    /** Failures that are not retried, although {@link #exceptions()} has them. */
    Class<? extends Throwable>[] ignoreExceptions() default {};

    /** The name of the retry budget that it shares with others. */
    String budget() default "";

    /** What the caller gets when the last attempt has failed: {@code wrap} or {@code rethrow}. */
    String onExhausted() default "";
}
