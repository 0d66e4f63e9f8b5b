package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.InvalidSettingException;
import io.netrun.resilience.circuitbreaker.Detection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which settings belong to which detection of a circuit breaker. Where no detection is set, it follows from those
 * settings; where one is set, a setting that it does not use is a mistake.
 */
final class Detections {

    private static final String DETECTION = "detection";

    private static final Map<String, Set<Detection>> USED_BY = usedBy();

    private Detections() {}

    private static Map<String, Set<Detection>> usedBy() {
        Set<Detection> windows = EnumSet.of(Detection.COUNT_WINDOW, Detection.TIME_WINDOW);
        Map<String, Set<Detection>> usedBy = new LinkedHashMap<>();
        usedBy.put("failureThreshold", EnumSet.of(Detection.LEAKY_COUNT, Detection.CONSECUTIVE));
        usedBy.put("windowSize", EnumSet.of(Detection.COUNT_WINDOW));
        usedBy.put("windowDuration", EnumSet.of(Detection.TIME_WINDOW));
        usedBy.put("failureRateThreshold", windows);
        usedBy.put("minimumCalls", windows);
        usedBy.put("slowCallDuration", windows);
        usedBy.put("slowCallRateThreshold", windows);
        return usedBy;
    }

    /**
     * The detection that follows from settings.
     *
     * @param levels settings by their Java names, the nearest first; a nearer level decides over what a farther one
     *     would lead to
     * @throws InvalidSettingException if settings conflict
     */
    static Map<String, Derived> derive(List<Map<String, Object>> levels) {
        for (int i = 0; i < levels.size(); i++) {
            if (levels.get(i).get(DETECTION) instanceof Detection chosen) {
                requireUsed(levels.subList(0, i + 1), chosen);
                return Map.of();
            }
        }
        Set<Detection> possible = EnumSet.allOf(Detection.class);
        String source = "";
        for (Map<String, Object> level : levels) {
            Set<Detection> left = EnumSet.copyOf(possible);
            String decisive = source;
            for (Map.Entry<String, Set<Detection>> setting : USED_BY.entrySet()) {
                if (level.containsKey(setting.getKey())) {
                    left.retainAll(setting.getValue());
                    decisive = decisive.isEmpty() ? setting.getKey() : decisive;
                }
            }
            requireTogether(level);
            if (!left.isEmpty()) {
                possible = left;
                source = decisive;
            }
        }
        // In the order of the enum, so a count of failures is leaky and a window is one of calls, unless more is set.
        return source.isEmpty()
                ? Map.of()
                : Map.of(DETECTION, new Derived(possible.iterator().next(), source));
    }

    /** Requires that the chosen detection uses what is set, unless a nearer level decides over that. */
    private static void requireUsed(List<Map<String, Object>> levels, Detection chosen) {
        Set<Detection> possible = EnumSet.allOf(Detection.class);
        boolean decided = false;
        for (Map<String, Object> level : levels) {
            Set<Detection> left = EnumSet.copyOf(possible);
            USED_BY.forEach((setting, usedBy) -> {
                if (level.containsKey(setting)) {
                    left.retainAll(usedBy);
                }
            });
            if (left.isEmpty() && decided) {
                continue;
            }
            for (Map.Entry<String, Set<Detection>> setting : USED_BY.entrySet()) {
                if (level.containsKey(setting.getKey()) && !setting.getValue().contains(chosen)) {
                    throw new InvalidSettingException(
                            setting.getKey(),
                            setting.getKey() + " is " + level.get(setting.getKey()) + ", but detection is "
                                    + names(Set.of(chosen)) + ", which does not use it: set detection to "
                                    + names(setting.getValue()) + ", or remove " + setting.getKey(),
                            DETECTION);
                }
            }
            decided |= left.size() < possible.size();
            possible = left;
        }
    }

    private static void requireTogether(Map<String, Object> level) {
        String former = "";
        Set<Detection> possible = EnumSet.allOf(Detection.class);
        for (Map.Entry<String, Set<Detection>> setting : USED_BY.entrySet()) {
            if (level.containsKey(setting.getKey())) {
                possible.retainAll(setting.getValue());
                if (possible.isEmpty()) {
                    throw new InvalidSettingException(
                            setting.getKey(),
                            setting.getKey() + " and " + former + " are for different detections: keep one of them",
                            former);
                }
                former = setting.getKey();
            }
        }
    }

    private static String names(Set<Detection> detections) {
        return detections.stream()
                .map(detection -> detection.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .collect(Collectors.joining(" or "));
    }
}
