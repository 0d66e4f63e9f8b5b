package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.HealthRole;
import java.util.Map;

/**
 * An instance's configuration, and where each setting comes from.
 *
 * @param config the configuration in force
 * @param origins for each setting, by its Java name, where its value comes from: a configuration property with its
 *     place, {@code annotation}, {@code customizer}, {@code code}, {@code operator} or {@code default}
 * @param enabled whether the instance protects its methods at all
 * @param health what the instance means to the application's health
 * @param <C> the pattern's configuration record
 */
public record ResolvedSettings<C extends Record>(
        C config, Map<String, String> origins, boolean enabled, HealthRole health) {

    /** Where the value of a setting comes from, by its Java name. */
    public String origin(String setting) {
        return origins.getOrDefault(setting, ValueWithOrigin.CODE);
    }
}
