package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.problem.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks the sections that instances share, defaults and bases, even if no instance uses them yet. */
final class SharedSections {

    private SharedSections() {}

    /** One problem for each value that cannot be read, or would be out of range in every instance. */
    static List<Problem> problems(PatternDescriptor<?, ?> pattern, Section defaults, Bases bases) {
        List<Problem> problems = new ArrayList<>();
        check(pattern, defaults, problems);
        for (String base : bases.names(pattern)) {
            Section section = bases.section(pattern, base);
            check(pattern, section, problems);
            bases.chain(pattern, section, problems);
        }
        return problems.stream().distinct().toList();
    }

    private static void check(PatternDescriptor<?, ?> pattern, Section section, List<Problem> problems) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        Map<String, String> origins = new LinkedHashMap<>();
        SettingsResolver.read(pattern, section, problems, new HashSet<>()).forEach((setting, found) -> {
            values.put(setting, found.value());
            origins.put(setting, found.origin());
        });
        Ranges.problemsOfEach(pattern.type().defaults(), values)
                .forEach(wrong -> problems.add(SettingProblems.outOfRangeForAll(pattern, wrong, origins)));
        pattern.options()
                .forEach(option ->
                        Problem.collect(problems, () -> section.find(option.key(), SettingsResolver.type(option))));
    }
}
