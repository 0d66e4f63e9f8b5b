package io.netrun.resilience.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Stops calling a method that keeps failing; on a class or interface, each of its public methods. Unset attributes use
 * the configuration or its defaults. Durations are written as {@code 500ms}, {@code 2s}, {@code PT1M}; strings may hold
 * <code>${placeholders}</code>.
 *
 * @see io.netrun.resilience.circuitbreaker.CircuitBreakerConfig
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
public @interface CircuitBreaker {

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
     * How failures are detected: {@code leaky-count} (default), {@code consecutive}, {@code count-window} or
     * {@code time-window}.
     */
    String detection() default "";

    /** Leaky count and consecutive failures: failure count that opens the circuit. At least 1, default 5. */
    int failureThreshold() default Unset.INT;

    /** Windows: percentage of failed calls that opens the circuit. Above 0, at most 100, default 50. */
    double failureRateThreshold() default Unset.DOUBLE;

    /** Count window: number of calls in the window. 1 to 50,000, default 100. */
    int windowSize() default Unset.INT;

    /** Time window: duration of the window. Above zero, default {@code 60s}. */
    String windowDuration() default "";

    /** Windows: minimum number of calls in the window before it can open the circuit. At least 1, default 20. */
    int minimumCalls() default Unset.INT;

    /** Windows: duration from which a call is slow. Above zero, default none. */
    String slowCallDuration() default "";

    /** Windows: percentage of slow calls that opens the circuit. Above 0, at most 100, default 100. */
    double slowCallRateThreshold() default Unset.DOUBLE;

    /** Number of successful trials that closes a half-open circuit. At least 1, default 3. */
    int successThreshold() default Unset.INT;

    /** Time that the circuit stays open before it admits trials. Above zero, default {@code 60s}. */
    String openDuration() default "";

    /** Factor by which the open duration grows with each reopening. At least 1.0, default 1.0. */
    double openBackoffMultiplier() default Unset.DOUBLE;

    /** Maximum open duration that the multiplier leads to. At least the open duration, default ten times that. */
    String maxOpenDuration() default "";

    /** Maximum number of concurrent trials while half-open. 1 to 10,000, default 3. */
    int halfOpenMaxCalls() default Unset.INT;

    /** Maximum duration of a trial before it counts as failed. Above zero, default the open duration. */
    String halfOpenMaxDuration() default "";

    /**
     * Time over which a circuit that closes after its trials admits more and more calls. At least zero, default
     * {@code 0s} for all calls at once.
     */
    String rampUpDuration() default "";

    /** Percentage of calls that is admitted at the begin of that time. Above 0, at most 100, default 10. */
    double rampUpInitialRate() default Unset.DOUBLE;

    /** The state in which the circuit begins. {@code closed} (default), {@code forced-open} or {@code disabled}. */
    String initialState() default "";

    /**
     * How the circuit takes part in the fleet of all processes of the application. {@code none}, {@code hint} (default)
     * or {@code quorum}; without effect unless the module {@code resilience-fleet} is in use.
     */
    String fleet() default "";

    /**
     * With {@code quorum}: the part of the processes that call the dependency whose open circuits open all others.
     * Above 0, at most 1, default 0.5.
     */
    double fleetQuorum() default Unset.DOUBLE;

    /** Exceptions that count as failures, including subclasses. Default every {@link Throwable}. */
    Class<? extends Throwable>[] exceptions() default {};

    /**
     * Failures that count in addition to {@link #exceptions()}, by a code such as {@code http:5xx}, {@code sql:08} or
     * {@code grpc:UNAVAILABLE}. If only this attribute is set, no other failure counts. Default none.
     */
    String[] matchers() default {};

    /**
     * Exceptions that count neither as success nor as failure, even if they match {@link #exceptions()}. Default none.
     */
    Class<? extends Throwable>[] ignoreExceptions() default {};

    /**
     * Failures that count neither as success nor as failure in addition to {@link #ignoreExceptions()}, by a code.
     * Default none.
     */
    String[] ignoreMatchers() default {};

    /** Whether the causes of a failure are matched like the failure itself. {@code true} or {@code false} (default). */
    String matchCauses() default "";

    /**
     * Predicate that a failure must also fulfil to count: {@code @} and the name of a bean, or the name of a class.
     * Default none.
     */
    String failure() default "";

    /**
     * Predicate for results that count as failures: {@code @} and the name of a bean, or the name of a class. Default
     * none.
     */
    String failureResult() default "";

    /** Whether calls are rejected, or only counted. {@code enforce} (default), or {@code observe} for a dry run. */
    String mode() default "";
}
