package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.problem.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The settings of an instance by where they come from, the nearest first: one that is set nearer wins. */
final class Levels {

    private final List<Map<String, ValueWithOrigin>> levels;

    /**
     * Settings by their Java names.
     *
     * @param levels the one that wins first
     */
    Levels(List<Map<String, ValueWithOrigin>> levels) {
        this.levels = new ArrayList<>(levels);
    }

    /** The value that wins; null if none is set. */
    @Nullable
    ValueWithOrigin find(String setting) {
        for (Map<String, ValueWithOrigin> level : levels) {
            ValueWithOrigin found = level.get(setting);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /**
     * Adds what follows from the settings that are set, as {@link PatternDescriptor#derive} has it; it yields to all of
     * them.
     */
    void derive(PatternDescriptor<?, ?> pattern, String name, String location, List<Problem> problems) {
        Map<String, ValueWithOrigin> derived = new LinkedHashMap<>();
        try {
            pattern.derive(levels.stream().map(level -> values(pattern, level)).toList())
                    .forEach((setting, value) ->
                            derived.put(setting, new ValueWithOrigin(value.value(), "follows from " + value.source())));
        } catch (IllegalArgumentException e) {
            Map<String, String> origins = new LinkedHashMap<>();
            levels.forEach(level -> level.forEach((setting, found) -> origins.putIfAbsent(setting, found.origin())));
            problems.add(SettingProblems.outOfRange(pattern, name, String.valueOf(e.getMessage()), origins, location));
        }
        levels.add(derived);
    }

    /** Of a configuration from code, which is complete and has been checked, only what others may contradict. */
    private static Map<String, Object> values(PatternDescriptor<?, ?> pattern, Map<String, ValueWithOrigin> level) {
        Map<String, Object> values = new LinkedHashMap<>();
        level.forEach((setting, found) -> {
            boolean counts = !found.origin().equals(ValueWithOrigin.CODE)
                    || pattern.derived().contains(setting);
            if (found.value() != null && counts) {
                values.put(setting, found.value());
            }
        });
        return values;
    }
}
