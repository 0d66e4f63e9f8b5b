package org.springframework.retry.annotation;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** Stands for the annotation of Spring Retry, which is archived, and which tests have not on their class path. */
@Retention(RetentionPolicy.RUNTIME)
public @interface Retryable {

    String interceptor() default "";

    boolean stateful() default false;

    int maxAttempts() default 3;

    String maxAttemptsExpression() default "";
}
