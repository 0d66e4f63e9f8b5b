package io.netrun.resilience.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Limits how many calls of a method begin in a period; on a class or interface, of each of its public methods. Unset
 * attributes leave the setting to the configuration and its defaults. Durations are written as {@code 500ms},
 * {@code 2s}, {@code PT1M}; strings may hold <code>${placeholders}</code>.
 *
 * @see io.netrun.resilience.ratelimiter.RateLimiterConfig
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
public @interface RateLimiter {

    /** Name of the instance; methods with the same name share it. Default {@code SimpleClassName.method}. */
    String name() default "";

    /** Calls per period; 1 to 1,000,000. */
    int limit() default Unset.INT;

    /** The time in which that many calls may begin. */
    String period() default "";

    /** Calls that may begin at once after a quiet time; 1 to 1,000,000. */
    int burst() default Unset.INT;

    /** Longest wait for a turn; {@code 0s} refuses at once. */
    String maxWait() default "";
}
