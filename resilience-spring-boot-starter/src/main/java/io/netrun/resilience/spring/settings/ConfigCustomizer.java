package io.netrun.resilience.spring.settings;

import java.util.function.BiFunction;

/**
 * A bean of this type has the last word on the configuration of every instance of a pattern, before the instance is
 * made: the place for what YAML can not say, such as predicates.
 *
 * @param <C> the pattern's configuration record
 */
public interface ConfigCustomizer<C extends Record> {

    /** A customizer in a line: {@code ConfigCustomizer.of(RetryConfig.class, (name, config) -> ...)}. */
    static <C extends Record> ConfigCustomizer<C> of(Class<C> configClass, BiFunction<String, C, C> change) {
        return new LambdaCustomizer<>(configClass, change);
    }

    /** The configuration that it customizes, such as {@code TimeoutConfig.class}. */
    Class<C> configClass();

    /**
     * The configuration to use.
     *
     * @param name of the instance
     * @param config as configuration, annotation and defaults say
     */
    C customize(String name, C config);
}
