package io.netrun.resilience;

/** A change in the set of instances that a {@link ResilienceRegistry} holds. */
public sealed interface RegistryEvent {

    /** Returns the instance that was added, removed, or registered as a replacement. */
    Policy policy();

    /** An instance was added. */
    record Added(Policy policy) implements RegistryEvent {}

    /** An instance was removed. Code that still holds it may continue to use it. */
    record Removed(Policy policy) implements RegistryEvent {}

    /** An instance replaced another one of the same pattern and name. */
    record Replaced(Policy policy, Policy former) implements RegistryEvent {}
}
