package org.springframework.retry.annotation;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** As {@link Retryable}. */
@Retention(RetentionPolicy.RUNTIME)
public @interface Recover {}
