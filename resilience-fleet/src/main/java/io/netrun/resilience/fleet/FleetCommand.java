package io.netrun.resilience.fleet;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An operator's command to all nodes. For each instance, the store keeps the latest value of each setting, and the
 * latest of all other actions, for seven days at most.
 *
 * @param number counts the commands of the fleet from 1; 0 before the store has numbered it
 * @param pattern the pattern, such as {@code circuit-breaker}
 * @param name the name of the instance
 * @param action what to do, such as {@code force-open}, {@code reset} or {@code settings}
 * @param settings the changed settings by their names; empty unless the action is {@code settings}
 * @param principal who gave it; null if unknown
 * @param time when it was given, by the clock of the node that took it; for operators
 * @param age how long ago it was given when the report or the view that contains it was made; orders commands without
 *     the clocks of the nodes
 */
public record FleetCommand(
        long number,
        String pattern,
        String name,
        String action,
        Map<String, String> settings,
        @Nullable String principal,
        Instant time,
        Duration age) {

    private static final String SETTINGS = "settings";

    /** Copies the settings. */
    public FleetCommand {
        settings = Map.copyOf(settings);
    }

    /** Creates a command that is given now, and has no number yet. */
    public FleetCommand(
            String pattern,
            String name,
            String action,
            Map<String, String> settings,
            @Nullable String principal,
            Instant time) {
        this(0, pattern, name, action, settings, principal, time, Duration.ZERO);
    }

    /** Returns the parts that another command replaces one by one: each setting, or the action. */
    List<FleetCommand> parts() {
        if (!isSettings()) {
            return List.of(this);
        }
        return new TreeMap<>(settings)
                .entrySet().stream()
                        .map(setting -> withSettings(Map.ofEntries(setting)))
                        .toList();
    }

    /** Returns what a part is about, for its instance: {@code switch}, or the name of its setting. */
    String subject() {
        return isSettings()
                ? SETTINGS + '/' + uniform(settings.keySet().iterator().next())
                : "switch";
    }

    /** Returns the one form of a setting's name, which may be written as {@code maxWait} and as {@code max-wait}. */
    public static String uniform(String setting) {
        return setting.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
    }

    private boolean isSettings() {
        return action.equals(SETTINGS);
    }

    /** Returns whether this ends the openings of a circuit on all nodes. */
    boolean isReset() {
        return pattern.equals("circuit-breaker") && action.equals("reset");
    }

    /** Returns whether a command is this one, but for its number and age. */
    boolean isSame(FleetCommand other) {
        return withNumber(0).withAge(Duration.ZERO).equals(other.withNumber(0).withAge(Duration.ZERO));
    }

    FleetCommand withNumber(long given) {
        return new FleetCommand(given, pattern, name, action, settings, principal, time, age);
    }

    FleetCommand withAge(Duration present) {
        return new FleetCommand(number, pattern, name, action, settings, principal, time, present);
    }

    FleetCommand withSettings(Map<String, String> changed) {
        return new FleetCommand(number, pattern, name, action, changed, principal, time, age);
    }

    /** Returns the commands that consist of parts: those of one number belong together. In the order of the numbers. */
    static List<FleetCommand> joined(List<FleetCommand> parts) {
        TreeMap<Long, FleetCommand> joined = new TreeMap<>();
        for (FleetCommand part : parts) {
            joined.merge(part.number, part, (former, latter) -> {
                Map<String, String> settings = new TreeMap<>(former.settings);
                settings.putAll(latter.settings);
                return former.withSettings(settings);
            });
        }
        return List.copyOf(joined.values());
    }
}
