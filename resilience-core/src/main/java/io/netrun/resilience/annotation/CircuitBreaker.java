package io.netrun.resilience.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Stops calling a method that keeps failing; on a class or interface, each of its public methods. Unset attributes
 * leave the setting to the configuration and its defaults. Durations are written as {@code 500ms}, {@code 2s},
 * {@code PT1M}; strings may hold <code>${placeholders}</code>.
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

    /** What it goes by: {@code leaky-count}, {@code consecutive}, {@code count-window} or {@code time-window}. */
    String detection() default "";

    /** Leaky count and consecutive failures: failure count that opens the circuit; at least 1. */
    int failureThreshold() default Unset.INT;

    /** Windows: percentage of failed calls at which the circuit opens; above 0, at most 100. */
    double failureRateThreshold() default Unset.DOUBLE;

    /** Count window: how many of the last calls are looked at; 1 to 50,000. */
    int windowSize() default Unset.INT;

    /** Time window: how far back calls are looked at. */
    String windowDuration() default "";

    /** Windows: calls in the window before it can open the circuit; at least 1. */
    int minimumCalls() default Unset.INT;

    /** Windows: from when on a call is slow. */
    String slowCallDuration() default "";

    /** Windows: percentage of slow calls at which the circuit opens; above 0, at most 100. */
    double slowCallRateThreshold() default Unset.DOUBLE;

    /** Successful trials that close a half-open circuit; at least 1. */
    int successThreshold() default Unset.INT;

    /** How long the circuit stays open before trials are let in. */
    String openDuration() default "";

    /** Factor by which each reopening stays open for longer; at least 1.0. */
    double openBackoffMultiplier() default Unset.DOUBLE;

    /** Longest duration that the multiplier leads to. */
    String maxOpenDuration() default "";

    /** Trials in flight at once while half-open; 1 to 10,000. */
    int halfOpenMaxCalls() default Unset.INT;

    /** How long a trial may take before it counts as failed. */
    String halfOpenMaxDuration() default "";

    /** Failures that count, subclasses included. */
    Class<? extends Throwable>[] exceptions() default {};

    /** Failures that count as neither success nor failure. */
    Class<? extends Throwable>[] ignoreExceptions() default {};
}
