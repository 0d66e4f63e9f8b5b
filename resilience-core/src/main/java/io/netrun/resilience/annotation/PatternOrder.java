package io.netrun.resilience.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Another order of the patterns around a method; on a class or interface, around each of its public methods. Those that
 * are named change places among themselves, within the order that {@code resilience.order} gives to the whole
 * application; the others stay where they are. It protects nothing by itself.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
public @interface PatternOrder {

    /**
     * Names of patterns as they are in {@code resilience.order}, such as {@code "retry"}, {@code "circuit-breaker"} and
     * {@code "attempt-timeout"}; outermost first, each once at most.
     */
    String[] value();
}
