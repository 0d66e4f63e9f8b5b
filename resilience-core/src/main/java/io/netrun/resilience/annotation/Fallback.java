package io.netrun.resilience.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Calls another method if a method has failed; on a class or interface, for each of its public methods. The fallback
 * method has the same parameters, or none, optionally followed by the failure, whose type selects the failures it
 * handles: {@code Product cached(long id, CircuitOpenException failure)}. Of several methods of that name, the one for
 * the most specific failure type is called; one without a failure parameter handles every {@link Exception}. The
 * fallback method returns the type of the annotated method, and may be private unless it belongs to another bean. It is
 * validated at startup.
 *
 * @see io.netrun.resilience.fallback.Fallback
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
public @interface Fallback {

    /** Name of the instance; methods with the same name share it. Default {@code SimpleClassName.method}. */
    String name() default "";

    /**
     * Name of the fallback method. Required unless the instance keeps results, see {@link #stale()}, or has a constant,
     * see {@link #value()}.
     */
    String method() default "";

    /** Name of the bean with the fallback method. Default the bean of the annotated method. */
    String bean() default "";

    /**
     * How long the result of a successful call is kept, to be returned when a later call of the method with equal
     * arguments on the same bean fails with an {@link Exception}; before a fallback method is called. Above zero,
     * default not at all. Requires Caffeine on the class path.
     */
    String stale() default "";

    /**
     * A constant result, as text, for every {@link Exception} that no stale result and no fallback method replaces.
     * Spring converts it to the type of the result, such as a number, an enum constant or a list; an empty text is an
     * empty list, map or {@code Optional}. Each call gets a converted value of its own. A text that does not fit fails
     * startup. Default none.
     */
    String value() default Unset.TEXT;

    /** Maximum number of results that are kept. 1 to 1,000,000, default 1,000. */
    int maxStaleResults() default Unset.INT;
}
