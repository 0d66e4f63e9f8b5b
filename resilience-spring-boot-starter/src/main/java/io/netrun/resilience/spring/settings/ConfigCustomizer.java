package io.netrun.resilience.spring.settings;

import java.util.function.BiFunction;

/**
 * A bean of this type changes the configuration of every instance of a pattern after all other settings have been
 * applied and before the instance is created. Use it for what YAML cannot express, such as predicates.
 *
 * @param <C> the pattern's configuration record
 */
public interface ConfigCustomizer<C extends Record> {

    /** Creates a customizer from a function: {@code ConfigCustomizer.of(RetryConfig.class, (name, config) -> ...)}. */
    static <C extends Record> ConfigCustomizer<C> of(Class<C> configClass, BiFunction<String, C, C> change) {
        return new LambdaCustomizer<>(configClass, change);
    }

    /** The class of the configuration that it customizes, such as {@code TimeoutConfig.class}. */
    Class<C> configClass();

    /**
     * Returns the configuration to use.
     *
     * @param name the name of the instance
     * @param config the configuration that results from YAML, annotation, code and defaults
     */
    C customize(String name, C config);
}
