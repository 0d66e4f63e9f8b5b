package io.netrun.resilience;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a {@link ResilienceRegistry} finds the settings of the instances that it creates, by name, so that an instance
 * has the same settings whichever code asks for it first. A registry without a source uses the given configuration, or
 * the pattern's defaults. Implementations are thread-safe.
 */
@FunctionalInterface
public interface SettingsSource {

    /**
     * The settings to create an instance with.
     *
     * @param given the configuration from the code that asks for the instance; null if it gives none
     */
    <C extends Record> Settings<C> settingsOf(PolicyType<?, C> type, String name, @Nullable C given);

    /**
     * Creates the instances that have settings although no code has asked for them yet, with
     * {@link ResilienceRegistry#getOrCreate}. Called before the registry lists its instances, and when it does not find
     * one. By default there are none.
     */
    default void createConfigured(ResilienceRegistry registry) {
        // Most sources know only the instances that they are asked for.
    }

    /**
     * How to create an instance.
     *
     * @param config its configuration
     * @param enabled whether it protects from the start
     * @param <C> the pattern's configuration
     */
    record Settings<C extends Record>(C config, boolean enabled) {

        public Settings {
            Objects.requireNonNull(config, "config");
        }
    }
}
