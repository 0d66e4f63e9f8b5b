package io.netrun.resilience;

/** A change in the set of instances that a {@link ResilienceRegistry} holds. */
public sealed interface RegistryEvent {

    /** The instance that was added, removed, or put in another's place. */
    Policy policy();

    /** An instance is there that was not before. */
    record Added(Policy policy) implements RegistryEvent {}

    /** An instance is gone. Who still holds it may go on using it. */
    record Removed(Policy policy) implements RegistryEvent {}

    /** An instance took the place of another of the same pattern and name. */
    record Replaced(Policy policy, Policy former) implements RegistryEvent {}
}
