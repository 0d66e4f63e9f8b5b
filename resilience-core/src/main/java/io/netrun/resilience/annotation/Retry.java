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

    /** Maximum number of attempts, including the first. At least 1, default 3. */
    int maxAttempts() default Unset.INT;

    /** Time since the start of the call after which no further attempt is made. Above zero, default no limit. */
    String maxDuration() default "";

    /** Growth of the delays: {@code exponential} (default), {@code linear}, {@code fibonacci} or {@code constant}. */
    String backoff() default "";

    /**
     * {@link io.netrun.resilience.retry.BackoffStrategy.Custom} that computes the delays instead of {@link #backoff()}:
     * {@code @} and the name of a bean, or the name of a class. Default none.
     */
    String customBackoff() default "";

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

    /**
     * Base delays of particular failures, instead of {@link #baseDelay()}, such as {@code http:429=5s}. None longer
     * than the maximum delay, default none.
     */
    String[] failureDelays() default {};

    /** Exceptions to retry, including subclasses. Default every {@link Exception}. */
    Class<? extends Throwable>[] exceptions() default {};

    /**
     * Failures to retry in addition to {@link #exceptions()}, by a code such as {@code http:5xx}, {@code sql:40001} or
     * {@code grpc:UNAVAILABLE}. If only this attribute is set, nothing else is retried. Default none.
     */
    String[] matchers() default {};

    /** Exceptions not to retry, even if they match {@link #exceptions()}. Default none. */
    Class<? extends Throwable>[] ignoreExceptions() default {};

    /** Failures not to retry in addition to {@link #ignoreExceptions()}, by a code. Default none. */
    String[] ignoreMatchers() default {};

    /** Whether the causes of a failure are matched like the failure itself. {@code true} or {@code false} (default). */
    String matchCauses() default "";

    /**
     * Predicate that a failure must also fulfil to be retried: {@code @} and the name of a bean, or the name of a
     * class. Default none.
     */
    String failure() default "";

    /** Predicate for results to retry: {@code @} and the name of a bean, or the name of a class. Default none. */
    String failureResult() default "";

    /** Name of the retry budget, shared by all retries that name it. Default none. */
    String budget() default "";

    /**
     * {@link io.netrun.resilience.retry.BeforeRetry} that runs before each further attempt: {@code @} and the name of a
     * bean, or the name of a class. Default none.
     */
    String beforeRetry() default "";

    /** Whether calls whose first attempt succeeds are counted, too. {@code true} or {@code false} (default). */
    String countSuccesses() default "";

    /** What the caller gets after the last attempt: {@code wrap} (default) or {@code rethrow}. */
    String onExhausted() default "";
}
