package io.netrun.resilience.spring.listener;

import io.netrun.resilience.spring.problem.Causes;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.SpellingSuggestion;
import io.netrun.resilience.spring.settings.NamedSections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.ConfigurableEnvironment;

/** Reads the configuration under {@code resilience.listeners}. */
final class ConfiguredListeners {

    static final String KEY = "listeners";
    static final String ROOT = "resilience." + KEY;

    static final String PAUSE = "pause-while-open";

    private final NamedSections sections;
    private final List<Problem> problems;
    private final Map<String, Object> listeners;

    private ConfiguredListeners(ConfigurableEnvironment environment, List<Problem> problems) {
        this.sections = new NamedSections(environment, ROOT);
        this.problems = problems;
        String all = environment.getProperty(ROOT);
        if (all != null && !all.isBlank()) {
            problems.add(new Problem(
                    "The property '" + ROOT + "' has a value, but takes settings",
                    "Write the id of each listener container as a key, and '" + PAUSE + "' under it"));
        }
        // In YAML, a section whose keys are commented out has an empty text as its value.
        this.listeners = all != null
                ? new TreeMap<>()
                // Without placeholders: only keys and shapes are read here.
                : new TreeMap<>(new Binder(ConfigurationPropertySources.get(environment))
                        .bind(ROOT, Bindable.mapOf(String.class, Object.class))
                        .orElseGet(Map::of));
    }

    /**
     * Returns the names of the circuit breakers, by the ids of the containers.
     *
     * @param problems receives what cannot be read, which is omitted
     */
    static Map<String, Set<String>> read(ConfigurableEnvironment environment, List<Problem> problems) {
        return new ConfiguredListeners(environment, problems).read();
    }

    private Map<String, Set<String>> read() {
        problems.addAll(sections.imprecise());
        Set<String> ids = new LinkedHashSet<>(sections.names());
        for (Map.Entry<String, Object> listener : listeners.entrySet()) {
            String id = listener.getKey();
            if (listener.getValue() instanceof Map<?, ?> settings) {
                settings.keySet().forEach(key -> checkKey(id, String.valueOf(key)));
                if (ids.stream().noneMatch(known -> isSame(known, id))) {
                    ids.add(id); // known from an environment variable alone
                }
            } else if (listener.getValue() != null
                    && !listener.getValue().toString().isBlank()) {
                problems.add(new Problem(
                        "The property '" + ROOT + "[" + id + "]' has a value, but takes settings",
                        "Put the value under it: '" + PAUSE + ": " + listener.getValue() + "'"));
            }
        }
        Map<String, Set<String>> read = new TreeMap<>();
        for (String id : ids) {
            Set<String> breakers = breakers(id);
            if (breakers != null) {
                read.put(id, breakers);
            }
        }
        return read;
    }

    private static boolean isSame(String one, String other) {
        return SpellingSuggestion.alphanumeric(one).equals(SpellingSuggestion.alphanumeric(other));
    }

    private void checkKey(String id, String key) {
        if (!uniform(key).equals(uniform(PAUSE))) {
            problems.add(Problem.tolerable(
                    "The configuration has an unknown key '" + key + "' in '" + ROOT + "[" + id + "]'"
                            + sections.origin(id, key),
                    "Known here: " + PAUSE + ". Write the id of the container in brackets if it has a dot, such as"
                            + " '[" + id + "." + key + "]'"));
        }
    }

    private static String uniform(String key) {
        return key.replace("-", "").toLowerCase(Locale.ROOT);
    }

    /** The names of the circuit breakers; null if there are none to read. */
    private @Nullable Set<String> breakers(String id) {
        String what = "'" + ROOT + "[" + id + "]." + PAUSE + "'" + sections.origin(id, PAUSE);
        List<String> names;
        try {
            names = sections.binder(id)
                    .bind(sections.name(id).append(PAUSE), Bindable.listOf(String.class))
                    .orElse(null);
        } catch (BindException e) {
            problems.add(new Problem(
                    what + " cannot be read: " + Causes.mostSpecific(e).getMessage(),
                    "Write the name of a circuit breaker, or a list of names"));
            return null;
        }
        if (names == null) {
            return null;
        }
        if (names.isEmpty() || names.stream().anyMatch(String::isBlank)) {
            problems.add(new Problem(
                    what + " is empty", "Write the name of a circuit breaker, or a list of names, or remove the key"));
            return null;
        }
        for (String name : names) {
            if (name.contains("${")) {
                problems.add(new Problem(
                        what + " is '" + name + "', which has a placeholder that cannot be resolved",
                        "Set the property that it names, or give it a default, such as ${property:default}"));
                return null;
            }
        }
        return new LinkedHashSet<>(names);
    }
}
