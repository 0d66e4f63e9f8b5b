package io.netrun.resilience;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Provides the settings of instances that a {@link ResilienceRegistry} creates, by name, so that an instance has the
 * same settings whichever code requests it first. A registry without a source uses the given configuration, or the
 * pattern's defaults. Implementations are thread-safe.
 */
@FunctionalInterface
public interface SettingsSource {

    /**
     * Returns the settings of a new instance.
     *
     * @param given the configuration from the code that requests the instance; null if it provides none
     */
    <C extends Record> Settings<C> settingsOf(PolicyType<?, C> type, String name, @Nullable C given);

    /**
     * Creates the instances that have settings although no code has requested them yet, with
     * {@link ResilienceRegistry#getOrCreate}. Called before the registry lists its instances, and when it does not find
     * one. By default there are none.
     */
    default void createConfigured(ResilienceRegistry registry) {
        // Most sources know only the instances that are requested.
    }

    /**
     * Called when another configuration from code counts for an existing instance: code has given the first one after
     * the instance was created, or a {@linkplain ResilienceRegistry#view view} whose configuration has counted was
     * closed. By default the instance keeps its settings.
     *
     * @param given the configuration that counts now; null if no code provides one
     */
    default <C extends Record> void onGivenChange(PolicyType<?, C> type, String name, @Nullable C given) {
        // Without a source, an existing instance keeps its settings.
    }

    /**
     * The settings of a new instance.
     *
     * @param config its configuration
     * @param enabled whether it is enabled initially
     * @param <C> the pattern's configuration
     */
    record Settings<C extends Record>(C config, boolean enabled) {

        public Settings {
            Objects.requireNonNull(config, "config");
        }
    }
}
