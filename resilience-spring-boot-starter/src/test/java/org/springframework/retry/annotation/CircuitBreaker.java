package org.springframework.retry.annotation;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** As {@link Retryable}. */
@Retention(RetentionPolicy.RUNTIME)
@Retryable(stateful = true)
public @interface CircuitBreaker {

    int maxAttempts() default 3;
}
