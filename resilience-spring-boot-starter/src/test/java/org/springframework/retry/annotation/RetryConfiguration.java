package org.springframework.retry.annotation;

/** Stands for the bean that {@code @EnableRetry} declares. */
public class RetryConfiguration {}
