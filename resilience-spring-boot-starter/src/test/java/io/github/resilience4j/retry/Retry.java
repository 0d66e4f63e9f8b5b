package io.github.resilience4j.retry;

/** Stands for the interface of resilience4j, which tests have not on their class path. */
public interface Retry {}
