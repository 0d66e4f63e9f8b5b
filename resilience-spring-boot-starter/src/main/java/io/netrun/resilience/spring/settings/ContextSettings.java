package io.netrun.resilience.spring.settings;

import java.util.List;
import java.util.function.Supplier;

/**
 * What one application context contributes to the settings of the instances that it shares with its parent and its children.
 *
 * @param resolver reads the configuration of the context
 * @param customizers the customizers that are beans of the context, or of its parents
 * @param configured the instances that its configuration has
 * @param requests what its annotations, clients and code have asked for
 */
record ContextSettings(
        SettingsResolver resolver, Customizers customizers, ConfiguredInstances configured, Requests requests) {

    static ContextSettings of(SettingsResolver resolver, Supplier<List<ConfigCustomizer<?>>> customizers) {
        return new ContextSettings(
                resolver, new Customizers(customizers), new ConfiguredInstances(resolver), new Requests(resolver));
    }
}
