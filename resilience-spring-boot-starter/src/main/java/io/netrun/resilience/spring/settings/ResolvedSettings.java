package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.HealthRole;
import java.util.Map;

/**
 * An instance's configuration, with the origin of each setting.
 *
 * @param config the configuration in force
 * @param origins the origin of each setting, by Java name: a configuration property with its location,
 *     {@code annotation}, {@code customizer}, {@code code}, {@code operator} or {@code default}
 * @param enabled whether the instance is switched on
 * @param health the instance's role in the application's health
 * @param <C> the pattern's configuration record
 */
public record ResolvedSettings<C extends Record>(
        C config, Map<String, String> origins, boolean enabled, HealthRole health) {

    /** The origin of a setting, by its Java name. */
    public String origin(String setting) {
        return origins.getOrDefault(setting, ValueWithOrigin.CODE);
    }
}
