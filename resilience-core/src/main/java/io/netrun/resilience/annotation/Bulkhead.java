package io.netrun.resilience.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Limits how many calls of a method run at once; on a class or interface, of each of its public methods. Unset
 * attributes leave the setting to the configuration and its defaults. Durations are written as {@code 500ms},
 * {@code 2s}, {@code PT1M}; strings may hold <code>${placeholders}</code>.
 *
 * @see io.netrun.resilience.bulkhead.BulkheadConfig
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
public @interface Bulkhead {

    /** Name of the instance; methods with the same name share it. Default {@code SimpleClassName.method}. */
    String name() default "";

    /** Calls running at once, per pool; 1 to 1,000,000. */
    int maxConcurrent() default Unset.INT;

    /** Calls waiting, per pool; 0 refuses at once; at most 1,000,000. */
    int maxQueue() default Unset.INT;

    /** Longest wait in the queue. */
    String maxWait() default "";

    /** Whether sync and asynchronous calls share the places: {@code separate} or {@code shared}. */
    String pools() default "";
}
