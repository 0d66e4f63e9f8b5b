package io.netrun.resilience.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a call that takes long once more, beside the first attempt, and returns the first result; on a class or
 * interface, each of its public methods. For methods that may run twice at once. Unset attributes leave the setting to
 * the configuration and its defaults. Durations are written as {@code 500ms}, {@code 2s}, {@code PT1M}; strings may
 * hold <code>${placeholders}</code>.
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

    /** How long an attempt may take before another begins beside it. */
    String delay() default "";

    /** Attempts of one call, the first included; 2 to 10. */
    int maxAttempts() default Unset.INT;

    /** Attempts running at once beyond one for each call, over all calls of the instance; 1 to 1,000,000. */
    int maxActive() default Unset.INT;

    /**
     * Sync methods: the name of the executor bean that runs the attempts instead of the workers that all instances
     * share. It must have threads of its own.
     */
    String executor() default "";
}
