package io.netrun.resilience.fleet;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An operator's command to all nodes. The store keeps the latest of each kind for an instance, for seven days at most.
 *
 * @param number counts the commands of the fleet from 1; 0 before the store has numbered it
 * @param pattern the pattern, such as {@code circuit-breaker}
 * @param name the name of the instance
 * @param action what to do, such as {@code force-open}, {@code reset} or {@code settings}
 * @param settings the changed settings by their names; empty unless the action is {@code settings}
 * @param principal who gave it; null if unknown
 * @param time when it was given, by the clock of the node that took it
 */
public record FleetCommand(
        long number,
        String pattern,
        String name,
        String action,
        Map<String, String> settings,
        @Nullable String principal,
        Instant time) {

    /** Copies the settings. */
    public FleetCommand {
        settings = Map.copyOf(settings);
    }

    /** Returns the kind of command, of which the store keeps the latest: {@code settings} or {@code switch}. */
    public String kind() {
        return action.equals("settings") ? "settings" : "switch";
    }

    /** Returns whether a command is this one, but for its number. */
    boolean isSame(FleetCommand other) {
        return withNumber(0).equals(other.withNumber(0));
    }

    FleetCommand withNumber(long given) {
        return new FleetCommand(given, pattern, name, action, settings, principal, time);
    }
}
