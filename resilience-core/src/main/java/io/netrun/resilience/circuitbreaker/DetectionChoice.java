package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.InvalidSettingException;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How failures are detected, as it follows from the settings given to a builder. Where a detection is chosen, a setting
 * that it does not use is a mistake. Not thread-safe.
 */
final class DetectionChoice {

    /** A setting that not every detection uses. */
    enum Setting {
        FAILURE_THRESHOLD("failureThreshold", EnumSet.of(Detection.LEAKY_COUNT, Detection.CONSECUTIVE)),
        WINDOW_SIZE("windowSize", EnumSet.of(Detection.COUNT_WINDOW)),
        WINDOW_DURATION("windowDuration", EnumSet.of(Detection.TIME_WINDOW)),
        FAILURE_RATE_THRESHOLD("failureRateThreshold", EnumSet.of(Detection.COUNT_WINDOW, Detection.TIME_WINDOW)),
        MINIMUM_CALLS("minimumCalls", EnumSet.of(Detection.COUNT_WINDOW, Detection.TIME_WINDOW)),
        SLOW_CALL_DURATION("slowCallDuration", EnumSet.of(Detection.COUNT_WINDOW, Detection.TIME_WINDOW)),
        SLOW_CALL_RATE_THRESHOLD("slowCallRateThreshold", EnumSet.of(Detection.COUNT_WINDOW, Detection.TIME_WINDOW));

        private final String title;

        @SuppressWarnings("ImmutableEnumChecker") // nobody changes it
        private final Set<Detection> usedBy;

        Setting(String title, Set<Detection> usedBy) {
            this.title = title;
            this.usedBy = usedBy;
        }
    }

    private final Map<Setting, Object> given = new EnumMap<>(Setting.class);
    private @Nullable Detection chosen;

    /**
     * The choice of a copy. The default detection may not have been chosen at all, so settings of others lead away from
     * it.
     */
    static DetectionChoice copyOf(Detection detection) {
        DetectionChoice copy = new DetectionChoice();
        copy.chosen = detection == Detection.LEAKY_COUNT ? null : detection;
        return copy;
    }

    void choose(Detection detection) {
        chosen = detection;
    }

    /** A setting is given; null takes it back. */
    void give(Setting setting, @Nullable Object value) {
        if (value == null) {
            given.remove(setting);
        } else {
            given.put(setting, value);
        }
    }

    /**
     * The detection: the chosen one, or the first one that uses all settings that were given.
     *
     * @throws IllegalArgumentException if settings do not go together
     */
    Detection detection() {
        Detection explicit = chosen;
        if (explicit != null) {
            given.forEach((setting, value) -> requireUsed(setting, value, explicit));
            return explicit;
        }
        Set<Detection> possible = EnumSet.allOf(Detection.class);
        String former = "";
        for (Setting setting : given.keySet()) {
            possible.retainAll(setting.usedBy);
            if (possible.isEmpty()) {
                throw new InvalidSettingException(
                        setting.title,
                        setting.title + " and " + former + " are for different detections: keep one of them",
                        former);
            }
            former = setting.title;
        }
        // In the order of the enum, so a count of failures is leaky and a window is one of calls, unless more is given.
        return possible.iterator().next();
    }

    private static void requireUsed(Setting setting, Object value, Detection detection) {
        if (!setting.usedBy.contains(detection)) {
            throw new InvalidSettingException(
                    setting.title,
                    setting.title + " is " + value + ", but detection is " + detection
                            + ", which does not use it: detection must be "
                            + setting.usedBy.stream().map(Detection::name).collect(Collectors.joining(" or ")) + ", or "
                            + setting.title + " be removed",
                    "detection");
        }
    }
}
