package io.netrun.resilience.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Calls another method in the place of one that has failed; on a class or interface, of each of its public methods. The
 * other method takes the same parameters, or none; either may be followed by the failure, which says for which failures
 * the method is: {@code Product cached(long id, CircuitOpenException failure)}. Of several methods of that name, the
 * one for the closest failure is called; one without a failure is for every {@link Exception}. It returns what the
 * annotated method returns, and may be private unless it belongs to another bean. That such a method is there and fits
 * is checked when the application starts.
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

    /** Name of the method to call instead. */
    String method();

    /** Name of the bean that has that method. Default the bean of the annotated method itself. */
    String bean() default "";
}
