package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.settings.InstanceFactory;

/** Applies the configuration to the instances of a registry, also of one that the application has created itself. */
final class ConfiguredRegistry {

    ConfiguredRegistry(ResilienceRegistry registry, InstanceFactory instances) {
        instances.follow(registry);
    }
}
