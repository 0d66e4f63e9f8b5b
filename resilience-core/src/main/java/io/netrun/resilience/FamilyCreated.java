package io.netrun.resilience;

import java.util.Objects;

/**
 * Code has created a family of instances in a {@link ResilienceRegistry}. Instances that were there before and are
 * named {@code name:key} belong to it from now on.
 *
 * @param type the type of its instances
 * @param name the name of the family
 */
public record FamilyCreated(PolicyType<?, ?> type, String name) {

    public FamilyCreated {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(name, "name");
    }

    /** Returns whether an instance belongs to the family. */
    public boolean has(Policy policy) {
        return policy.type().key().equals(type.key()) && policy.name().startsWith(KeyedPolicies.instanceName(name, ""));
    }
}
