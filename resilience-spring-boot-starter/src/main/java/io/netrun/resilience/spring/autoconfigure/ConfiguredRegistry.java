package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.settings.GlobalSettings;
import io.netrun.resilience.spring.settings.InstanceFactory;
import org.springframework.core.env.Environment;

/** Applies the configuration to the instances of a registry, also of one that the application has created itself. */
final class ConfiguredRegistry {

    ConfiguredRegistry(ResilienceRegistry registry, InstanceFactory instances) {
        instances.follow(registry);
    }

    /** Also for calls of code through the instances. An application may have opted out in code as well. */
    static void leaveMdcIfWanted(ResilienceRegistry registry, Environment environment) {
        if (!GlobalSettings.orElse(environment, "propagate-mdc", Boolean.class, true)) {
            registry.carryMdc(false);
        }
    }
}
