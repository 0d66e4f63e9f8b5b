package io.netrun.resilience.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Retries failed calls of a method; on a class or interface, of each of its public methods. Unset attributes use the
 * configuration or its defaults. Durations are written as {@code 500ms}, {@code 2s}, {@code PT1M}; strings may hold
 * <code>${placeholders}</code>.
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

    /** Maximum number of attempts, including the first. At least 1, default 3. */
    int maxAttempts() default Unset.INT;

    /** Time since the start of the call after which no further attempt is made. Above zero, default no limit. */
    String maxDuration() default "";

    /** Growth of the delays: {@code exponential} (default), {@code linear}, {@code fibonacci} or {@code constant}. */
    String backoff() default "";

    /** Delay before the first retry. Zero or more, default {@code 1s}. */
    String baseDelay() default "";

    /** Maximum delay. At least the base delay, default {@code 30s}. */
    String maxDelay() default "";

    /** Exponential backoff: factor from one delay to the next. At least 1.0, default 2.0. */
    double backoffMultiplier() default Unset.DOUBLE;

    /**
     * Randomization of the delays: {@code equal} (default) or {@code true}, {@code none} or {@code false},
     * {@code full}, {@code decorrelated}.
     */
    String jitter() default "";

    /** Exceptions to retry, including subclasses. Default every {@link Exception}. */
    Class<? extends Throwable>[] exceptions() default {};

    /** Exceptions not to retry, even if they match {@link #exceptions()}. Default none. */
    Class<? extends Throwable>[] ignoreExceptions() default {};

    /** Name of the retry budget, shared by all retries that name it. Default none. */
    String budget() default "";

    /** What the caller gets after the last attempt: {@code wrap} (default) or {@code rethrow}. */
    String onExhausted() default "";
}
