package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.problem.Problem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The settings of an instance by level, the most specific first. A more specific level wins. */
final class Levels {

    private final List<Map<String, ValueWithOrigin>> levels;

    /**
     * Creates the levels, each with settings by Java name.
     *
     * @param levels the levels, most specific first
     */
    Levels(List<Map<String, ValueWithOrigin>> levels) {
        this.levels = new ArrayList<>(levels);
    }

    /** The winning value; null if none is set. */
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
     * Adds the settings that {@link PatternDescriptor#derive} derives from the set ones, as the least specific level.
     */
    void derive(PatternDescriptor<?, ?> pattern, String name, String location, List<Problem> problems) {
        Map<String, ValueWithOrigin> derived = new LinkedHashMap<>();
        try {
            pattern.derive(levels.stream()
                            .flatMap(level -> bySource(level).stream())
                            .map(level -> values(pattern, level))
                            .toList())
                    .forEach((setting, value) ->
                            derived.put(setting, new ValueWithOrigin(value.value(), "follows from " + value.source())));
        } catch (IllegalArgumentException e) {
            Map<String, String> origins = new LinkedHashMap<>();
            levels.forEach(level -> level.forEach((setting, found) -> origins.putIfAbsent(setting, found.origin())));
            problems.add(SettingProblems.outOfRange(pattern, name, Ranges.invalid(e), origins, location));
        }
        levels.add(derived);
    }

    /**
     * The settings of a level by the precedence of their sources: what a profile chooses also decides over what does
     * not go with it in the files beneath, whose keys it cannot remove.
     */
    private static Collection<Map<String, ValueWithOrigin>> bySource(Map<String, ValueWithOrigin> level) {
        Map<Integer, Map<String, ValueWithOrigin>> bySource = new TreeMap<>();
        level.forEach((setting, found) -> bySource.computeIfAbsent(found.rank(), rank -> new LinkedHashMap<>())
                .put(setting, found));
        return bySource.values();
    }

    /**
     * A configuration from code is complete and valid, so only its values that other settings may contradict are used.
     */
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
