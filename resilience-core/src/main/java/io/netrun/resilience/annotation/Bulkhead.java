package io.netrun.resilience.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Limits the number of concurrent calls of a method; on a class or interface, of each of its public methods. Unset
 * attributes use the configuration or its defaults. Durations are written as {@code 500ms}, {@code 2s}, {@code PT1M};
 * strings may hold <code>${placeholders}</code>.
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

    /** Maximum number of concurrent calls, per pool. 1 to 1,000,000, default 10. */
    int maxConcurrent() default Unset.INT;

    /** Maximum number of waiting calls, per pool. 0 to 1,000,000, default 100; 0 rejects at once. */
    int maxQueue() default Unset.INT;

    /** Maximum time in the queue. Above zero, default no limit. */
    String maxWait() default "";

    /** Whether sync and asynchronous calls share the permits. {@code separate} (default) or {@code shared}. */
    String pools() default "";

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
