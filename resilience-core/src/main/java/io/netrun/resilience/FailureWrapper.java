package io.netrun.resilience;

/**
 * An exception of this library that adds information to a failure without being a failure of its own, such as
 * {@code RetryExhaustedException}. Exception lists, fallbacks and outer policies look through it at its cause, as they
 * look through an {@link java.util.concurrent.ExecutionException}. Implemented by throwables.
 *
 * @apiNote For authors of policies.
 */
public interface FailureWrapper {}
