package io.netrun.resilience.spring.settings;

import java.util.Map;

/**
 * An instance's configuration, and who said what.
 *
 * @param config the configuration in force
 * @param origins for each setting, by its Java name, where its value comes from: a configuration property with its place,
 *     {@code annotation}, {@code operator} or {@code default}
 * @param enabled whether the instance protects its methods at all
 * @param <C> the pattern's configuration record
 */
public record ResolvedSettings<C extends Record>(C config, Map<String, String> origins, boolean enabled) {}
