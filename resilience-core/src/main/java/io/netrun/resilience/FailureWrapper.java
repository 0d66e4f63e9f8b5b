package io.netrun.resilience;

/**
 * An exception of this library that adds something to a failure without being one of its own, as
 * {@code RetryExhaustedException} does. Exception lists, fallbacks and the policies around look through it at its
 * cause, as they look through an {@link java.util.concurrent.ExecutionException}. Implemented by throwables.
 */
public interface FailureWrapper {}
