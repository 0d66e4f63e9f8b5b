package io.netrun.resilience.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Limits the number of calls of a method that begin in a period; on a class or interface, of each of its public
 * methods. Unset attributes use the configuration or its defaults. Durations are written as {@code 500ms}, {@code 2s},
 * {@code PT1M}; strings may hold <code>${placeholders}</code>.
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

    /** Number of calls that may begin per period. 1 to 1,000,000, default 50. */
    int limit() default Unset.INT;

    /** Time in which that number of calls may begin. Above zero, default {@code 1s}. */
    String period() default "";

    /** Number of calls that may begin at once after a quiet time. 1 to 1,000,000, default the limit. */
    int burst() default Unset.INT;

    /**
     * Number of tokens that a call of the method takes, in one step: a number such as {@code 5}, from 1 to the burst,
     * or a SpEL expression over the arguments such as {@code #batch.size()}, or {@code #p0.size()} by position. A call
     * with an expression that yields 0 takes none and does not wait; a number outside of 0 to the burst fails the call.
     * Applies to the method and not to the instance. Default one token.
     */
    String permits() default "";

    /** Maximum time to wait for a token. Zero or more, default {@code 0s}, which rejects at once. */
    String maxWait() default "";

    /** Number of tokens that a new instance has. 0 to 1,000,000, default the burst, which is also the most. */
    int initialTokens() default Unset.INT;

    /**
     * Time after the creation of the instance in which its rate rises from a third to the whole. Zero or more, default
     * {@code 0s}, which begins with the whole rate.
     */
    String warmUp() default "";

    /**
     * Whether the answers of the dependency pause the instance: {@code none} (default), or {@code retry-after} for
     * those with status 429 or 503 that ask for it by {@code Retry-After} or by the {@code RateLimit} fields.
     */
    String learn() default "";

    /** The longest pause that an answer of the dependency can make. Above zero, default {@code 1m}. */
    String maxPause() default "";

    /**
     * Which calls the limit counts: those of this process, or those of all processes of the application. {@code node}
     * (default) or {@code fleet}, which requires the module {@code resilience-fleet}.
     */
    String scope() default "";

    /**
     * Whether calls wait and are rejected, or only counted. {@code enforce} (default), or {@code observe} for a dry
     * run.
     */
    String mode() default "";
}
