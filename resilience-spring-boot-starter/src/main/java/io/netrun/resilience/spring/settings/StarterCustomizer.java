package io.netrun.resilience.spring.settings;

import java.util.function.BiFunction;

/**
 * A customizer of the starter itself. It runs before the application's customizers, and its changes count as defaults.
 *
 * @param <C> the pattern's configuration record
 */
public record StarterCustomizer<C extends Record>(Class<C> configClass, BiFunction<String, C, C> change)
        implements ConfigCustomizer<C> {

    @Override
    public C customize(String name, C config) {
        return change.apply(name, config);
    }
}
