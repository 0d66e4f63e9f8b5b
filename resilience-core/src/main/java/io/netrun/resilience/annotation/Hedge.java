package io.netrun.resilience.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Starts another attempt in parallel if a call takes long, and returns the first result. Only for methods that may run
 * twice at once: on a method, the annotation states that this one may; on a class or interface, it applies to each of
 * the public methods and must state it with {@link #idempotent()}. Unset attributes use the configuration or its
 * defaults. Durations are written as {@code 500ms}, {@code 2s}, {@code PT1M}; strings may hold <code>
 * ${placeholders}</code>.
 *
 * @see io.netrun.resilience.hedge.HedgeConfig
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
public @interface Hedge {

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

    /**
     * Time after which another attempt starts in parallel: above zero, or {@code p50} to {@code p99.9} for a percentile
     * of the durations of recent successful calls. Default {@code 500ms}.
     */
    String delay() default "";

    /**
     * With a percentile: the delay as long as fewer than 100 successful calls are known. Above zero, default
     * {@code 500ms}.
     */
    String initialDelay() default "";

    /** With a percentile: the shortest delay. Above zero, default {@code 1ms}. */
    String minDelay() default "";

    /** Maximum number of attempts of a call, including the first. 2 to 10, default 2. */
    int maxAttempts() default Unset.INT;

    /**
     * Maximum number of additional attempts running at once, over all calls of the instance. 1 to 1,000,000, default
     * 10.
     */
    int maxActive() default Unset.INT;

    /**
     * Whether another attempt starts at once when one fails before the delay is over, up to {@link #maxAttempts()}.
     * {@code true} or {@code false} (default).
     */
    String onFailure() default "";

    /**
     * On a class or interface: whether each of its public methods may run twice at once. Required there: without it,
     * the application does not start. On a method, the annotation itself states it. Default {@code false}.
     */
    boolean idempotent() default false;

    /**
     * Name of the method that the attempts after the first call instead of the annotated one, such as a call of a
     * mirror. It has the same parameters and return type, and may be private unless it belongs to another bean. Its
     * result or failure is that of the attempt. It is validated at startup. Default the annotated method itself.
     */
    String alternative() default "";

    /** Name of the bean with the {@link #alternative()} method. Default the bean of the annotated method. */
    String alternativeBean() default "";

    /**
     * With {@link #onFailure()}: exceptions after which another attempt starts, including subclasses. Default every
     * {@link Exception}.
     */
    Class<? extends Throwable>[] exceptions() default {};

    /**
     * Failures in addition to {@link #exceptions()}, by a code such as {@code http:5xx}, {@code sql:40001} or
     * {@code grpc:UNAVAILABLE}. Default none.
     */
    String[] matchers() default {};

    /** Exceptions after which no other attempt starts, even if they match {@link #exceptions()}. Default none. */
    Class<? extends Throwable>[] ignoreExceptions() default {};

    /** Failures in addition to {@link #ignoreExceptions()}, by a code. Default none. */
    String[] ignoreMatchers() default {};

    /**
     * Sync methods: name of the executor bean that runs the attempts; by default the shared worker threads do. The
     * executor must not run tasks on the calling thread. What it throws instead of accepting a task is the attempt's
     * failure.
     */
    String executor() default "";
}
