package io.github.resilience4j.core.registry;

/** Stands for the interface of resilience4j, which tests have not on their class path. */
public interface RegistryEventConsumer<E> {}
