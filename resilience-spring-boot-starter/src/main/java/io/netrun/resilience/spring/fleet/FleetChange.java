package io.netrun.resilience.spring.fleet;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An operator's change of an instance on all nodes of a fleet. Immutable.
 *
 * @param pattern the key of the pattern, such as {@code circuit-breaker}
 * @param name the name of the instance
 * @param action one of the pattern's actions, such as {@code force-open}; {@value #SETTINGS} for changed settings
 * @param settings the changed settings by name, as an operator writes them, null to unset one; empty for the other
 *     actions
 * @param principal who asked for it; null if unknown
 * @param time when it was asked for, by the clock of the node that took it
 */
public record FleetChange(
        String pattern,
        String name,
        String action,
        Map<String, @Nullable String> settings,
        @Nullable String principal,
        Instant time) {

    /** The action that changes settings. */
    public static final String SETTINGS = "settings";

    /** Copies the settings, in their order. */
    public FleetChange {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }
}
