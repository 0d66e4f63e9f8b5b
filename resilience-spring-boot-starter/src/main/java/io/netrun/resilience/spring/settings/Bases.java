package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.spring.problem.SpellingSuggestion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.ResolvableType;

/**
 * The named groups of settings that sections build on. A section names its base with the key {@code base}, and counts
 * as if it had those settings of the base that it does not have itself. A base may have a base.
 */
final class Bases {

    /** The key of a section that names its base. */
    static final String KEY = "base";

    private static final ResolvableType NAME = ResolvableType.forClass(String.class);

    private final PropertyReader properties;

    Bases(PropertyReader properties) {
        this.properties = properties;
    }

    /** The section of a base; null if no section can have the name. */
    static @Nullable ConfigurationPropertyName nameOf(PatternDescriptor<?, ?> pattern, String base) {
        return base.contains("[") || base.contains("]")
                ? null
                : ConfigurationPropertyName.of(root(pattern)).append("[" + base + "]");
    }

    static String root(PatternDescriptor<?, ?> pattern) {
        return SettingsResolver.ROOT + "." + pattern.key() + "." + ConfiguredSettings.BASES;
    }

    /** The names of the configured bases. */
    Set<String> names(PatternDescriptor<?, ?> pattern) {
        return properties.written().bases(pattern);
    }

    Section section(PatternDescriptor<?, ?> pattern, String base) {
        return properties.section(
                nameOf(pattern, base), ConfigurationPropertyName.adapt(root(pattern) + "." + base, '.'));
    }

    /**
     * A section and its bases, the nearest first. Ends before a base that does not exist, or that would be used twice.
     *
     * @param section null for none
     */
    List<Section> chain(PatternDescriptor<?, ?> pattern, @Nullable Section section, List<Problem> problems) {
        return chain(pattern, section, new LinkedHashMap<>(), problems);
    }

    /** The names of the bases of a section, the nearest first. */
    List<String> namesOf(PatternDescriptor<?, ?> pattern, Section section) {
        Map<String, ValueWithOrigin> names = new LinkedHashMap<>();
        chain(pattern, section, names, new ArrayList<>()); // the start-up check reports problems
        return List.copyOf(names.keySet());
    }

    /** See above; puts the names of the bases into a map. */
    private List<Section> chain(
            PatternDescriptor<?, ?> pattern,
            @Nullable Section section,
            Map<String, ValueWithOrigin> names,
            List<Problem> problems) {
        List<Section> chain = new ArrayList<>();
        Section next = section;
        while (next != null) {
            chain.add(next);
            ValueWithOrigin found = base(next, problems);
            next = null;
            if (found != null) {
                String name = String.valueOf(found.value());
                if (names.put(name, found) != null) {
                    problems.add(circular(found, names.keySet(), name));
                } else if (!exists(pattern, name)) {
                    problems.add(unknown(pattern, found, name));
                } else {
                    next = section(pattern, name);
                }
            }
        }
        return chain;
    }

    private static @Nullable ValueWithOrigin base(Section section, List<Problem> problems) {
        try {
            return section.find(KEY, NAME);
        } catch (ResilienceConfigurationException unreadable) {
            problems.addAll(unreadable.problems());
            return null;
        }
    }

    private boolean exists(PatternDescriptor<?, ?> pattern, String name) {
        if (names(pattern).contains(name)) {
            return true;
        }
        Section section = section(pattern, name);
        return !section.isEmpty()
                && ConfiguredSettings.keys(pattern).stream().anyMatch(section::has); // such as in environment variables
    }

    private static Problem circular(ValueWithOrigin found, Set<String> names, String name) {
        return new Problem(
                found.origin() + " is '" + name + "', which builds on itself: " + String.join(" -> ", names) + " -> "
                        + name,
                "Remove one of these bases");
    }

    private Problem unknown(PatternDescriptor<?, ?> pattern, ValueWithOrigin found, String name) {
        Set<String> known = names(pattern);
        String nearest = SpellingSuggestion.to(name, known);
        String all = known.isEmpty() ? "" : "Known there: " + String.join(", ", known);
        return new Problem(
                found.origin() + " is '" + name + "', which is not under '" + root(pattern) + "'",
                known.isEmpty()
                        ? "Write its settings under '" + root(pattern) + "." + name + "'"
                        : nearest.isEmpty() ? all : "Did you mean '" + nearest + "'? " + all);
    }

    /**
     * The bases that no section builds on; none if a section builds on one whose name cannot be read.
     *
     * @param names the names of the pattern's instances and families
     */
    Set<String> unused(PatternDescriptor<?, ?> pattern, Set<String> names) {
        Set<String> unused = names(pattern);
        List<Section> sections = new ArrayList<>();
        unused.forEach(base -> sections.add(section(pattern, base)));
        if (!unused.isEmpty()) {
            names.forEach(name -> sections.add(properties.section(pattern, name)));
        }
        List<Problem> unreadable = new ArrayList<>();
        for (Section section : sections) {
            ValueWithOrigin found = base(section, unreadable);
            if (found != null) {
                unused.remove(String.valueOf(found.value()));
            }
        }
        if (!unreadable.isEmpty()) {
            unused.clear();
        }
        return unused;
    }
}
