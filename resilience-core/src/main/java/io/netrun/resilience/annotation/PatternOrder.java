package io.netrun.resilience.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Changes the order of the patterns around a method; on a class or interface, around each of its public methods. The
 * listed patterns are reordered among the slots they have in {@code resilience.order}, the order of the whole
 * application; the others keep theirs. This annotation protects nothing by itself.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
public @interface PatternOrder {

    /**
     * Names of patterns as in {@code resilience.order}, such as {@code "retry"}, {@code "circuit-breaker"} and
     * {@code "attempt-timeout"}; outermost first, each at most once.
     */
    String[] value();
}
