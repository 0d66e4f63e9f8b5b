package io.netrun.resilience.spring.settings;

import io.netrun.resilience.KeyedPolicies;
import io.netrun.resilience.Policy;
import java.util.function.BooleanSupplier;

/**
 * A family of instances that annotations request, one for each key.
 *
 * @param name the name of the family
 * @param limit the number of instances to keep
 * @param instances the instances
 * @param standIn has the settings of the family and is not in the registry: it stands for the instances where there is
 *     no call. Its settings are those of the start
 * @param enabled whether an instance of a new key would be switched on, by the settings as they are now
 * @param <P> the policy
 */
public record PolicyFamily<P extends Policy>(
        String name, int limit, KeyedPolicies<P> instances, P standIn, BooleanSupplier enabled) {}
