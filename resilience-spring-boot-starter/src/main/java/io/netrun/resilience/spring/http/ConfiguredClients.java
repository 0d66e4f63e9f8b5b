package io.netrun.resilience.spring.http;

import io.netrun.resilience.spring.problem.Causes;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.SpellingSuggestion;
import io.netrun.resilience.spring.settings.NamedSections;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.ConfigurableEnvironment;

/** Reads the configuration under {@code resilience.http-clients}. */
final class ConfiguredClients {

    static final String KEY = "http-clients";
    static final String ROOT = "resilience." + KEY;

    private static final String DEFAULTS = "defaults";
    private static final String INSTANCES = "instances";

    private static final List<String> KEYS = HttpClientProperties.KEYS;

    private final NamedSections sections;
    private final Map<String, Object> clients;

    ConfiguredClients(ConfigurableEnvironment environment) {
        this.sections = new NamedSections(environment, ROOT);
        String all = environment.getProperty(ROOT);
        // In YAML, a section whose keys are commented out has an empty text as its value.
        this.clients = all != null && all.isBlank()
                ? new TreeMap<>()
                // Without placeholders: only keys and shapes are read, and an unresolvable value has its own problem.
                : new TreeMap<>(new Binder(ConfigurationPropertySources.get(environment))
                        .bind(ROOT, Bindable.mapOf(String.class, Object.class))
                        .orElseGet(Map::of));
        this.clients.values().removeIf(ConfiguredClients::isEmpty);
    }

    /** Whether a section has no settings. Spring Boot 3 has an empty text as its value, Spring Boot 4 an empty map. */
    private static boolean isEmpty(@Nullable Object section) {
        return section == null
                || (section instanceof CharSequence text && text.toString().isBlank())
                || (section instanceof Map<?, ?> settings && settings.isEmpty());
    }

    /** All names. */
    Set<String> names() {
        Set<String> names = described();
        clients.keySet().stream().filter(name -> isNew(name, names)).toList().forEach(names::add);
        return names;
    }

    /** The names with settings. */
    Set<String> described() {
        Set<String> names = sections.names();
        clients.entrySet().stream()
                .filter(client -> client.getValue() instanceof Map && isNew(client.getKey(), names))
                .map(Map.Entry::getKey)
                .toList()
                .forEach(names::add);
        return names;
    }

    /**
     * Whether a section name that Spring Boot reports is not just another spelling of a known name. Sections in
     * environment variables have no other name.
     */
    private static boolean isNew(String name, Set<String> names) {
        return names.stream()
                .noneMatch(
                        known -> SpellingSuggestion.alphanumeric(known).equals(SpellingSuggestion.alphanumeric(name)));
    }

    /**
     * The unknown keys, each with the most similar known key, and values and settings where the other belongs.
     *
     * @param used the names that are in use
     */
    List<Problem> problems(Set<String> used) {
        List<Problem> problems = new ArrayList<>(sections.imprecise());
        for (Map.Entry<String, Object> client : clients.entrySet()) {
            String name = client.getKey();
            if (!(client.getValue() instanceof Map<?, ?> settings)) {
                if (isFirst(name, used)) {
                    problems.add(list());
                    return problems;
                }
                problems.add(new Problem(
                        "The property '" + property(name) + "' has a value, but takes settings",
                        "Put settings under it, such as " + KEYS.get(0)));
            } else if (isElement(name, settings) || isFirst(name, used)) {
                problems.add(list());
                return problems; // the other elements have the same problem
            } else if (name.equals(DEFAULTS) && !used.contains(name)) {
                problems.add(Problem.tolerable(
                        "The configuration has settings in '" + ROOT + "." + DEFAULTS + "', but HTTP clients have no"
                                + " defaults" + origin(name, settings),
                        "Write them under each client, or share instances, whose settings have defaults"));
            } else {
                problems.addAll(problems(name, settings));
            }
        }
        return problems;
    }

    private static Problem list() {
        return new Problem(
                "The property '" + ROOT + "' is a list, but takes keys",
                "Write the name of each client as a key, in place of the dash of the list");
    }

    /** Whether it is the first element of a list, which has the name 0, and no client has that name. */
    private static boolean isFirst(String name, Set<String> used) {
        return name.equals("0") && !used.contains(name);
    }

    /** Whether it is the element of a list, and not a client whose name is a number. */
    private static boolean isElement(String name, Map<?, ?> settings) {
        return name.matches("\\d+")
                && settings.entrySet().stream()
                        .anyMatch(setting -> setting.getValue() instanceof Map
                                || setting.getKey().equals("name")
                                || setting.getKey().equals("id"));
    }

    private List<Problem> problems(String name, Map<?, ?> settings) {
        if (isList(settings)) {
            return List.of(new Problem(
                    "The property '" + property(name) + "' is a list, but takes keys" + origin(name, settings),
                    "Write each key with its value, such as '" + KEYS.get(0) + ": " + name + "'"));
        }
        List<Problem> problems = new ArrayList<>();
        for (Map.Entry<?, ?> setting : settings.entrySet()) {
            String written = String.valueOf(setting.getKey());
            String key = known(written);
            if (key.isEmpty()) {
                problems.add(unknown(name, written, setting.getValue()));
            } else {
                shape(name, key, setting.getValue()).ifPresent(problems::add);
            }
        }
        return problems;
    }

    /** The problem of a key that takes a name or words, and has something else. */
    private Optional<Problem> shape(String name, String key, @Nullable Object value) {
        boolean isList = value instanceof Collection || (value instanceof Map<?, ?> map && isList(map));
        boolean hasSettings = (value instanceof Map && !isList) || sections.hasSettings(name, key);
        String what = "The property '" + property(name) + "." + key + "'";
        if (key.equals(HttpClientProperties.IDEMPOTENT)) {
            return isList || hasSettings
                    ? Optional.of(new Problem(
                            what + (isList ? " is a list" : " has settings") + ", but takes true or false"
                                    + sections.origin(name, key),
                            "Write true or false after the key"))
                    : Optional.empty();
        }
        if (!HttpClientProperties.INSTANCE_KEYS.contains(key)) {
            return hasSettings
                    ? Optional.of(new Problem(
                            what + " has settings, but takes a list of words" + sections.origin(name, key),
                            "Write the words after the key, with commas"))
                    : Optional.empty();
        }
        if (!isList && !hasSettings) {
            return Optional.empty();
        }
        String remedy = "Write the name after the key, such as '" + key + ": " + name + "'";
        return Optional.of(new Problem(
                what + (isList ? " is a list" : " has settings") + ", but takes the name of an instance"
                        + sections.origin(name, key),
                isList ? remedy : remedy + ", and put the settings under the instance of this name"));
    }

    private static boolean isList(Map<?, ?> settings) {
        return !settings.isEmpty()
                && settings.keySet().stream()
                        .allMatch(key -> String.valueOf(key).matches("\\d+"));
    }

    /** The key in its usual spelling; empty if there is none. */
    private static String known(String written) {
        return KEYS.stream()
                .filter(key -> uniform(key).equals(uniform(written)))
                .findFirst()
                .orElse("");
    }

    private Problem unknown(String name, String key, Object value) {
        String nearest = SpellingSuggestion.to(key, KEYS);
        String remedy = (nearest.isEmpty() ? "" : "Did you mean '" + nearest + "'? ") + "Known here: "
                + String.join(", ", KEYS);
        if (value instanceof Map && nearest.isEmpty()) { // probably a client
            remedy = name.equals(INSTANCES)
                    ? "Write the client directly under '" + ROOT + "'"
                    : "Write '[" + name + "." + key + "]' if this is the name of a client. " + remedy;
        }
        return Problem.tolerable(
                "The configuration has an unknown key '" + key + "' in '" + property(name) + "'"
                        + sections.origin(name, key),
                remedy);
    }

    /** The origin of a client's first setting, as a suffix in parentheses with a leading space; empty if unknown. */
    String origin(String name) {
        return clients.get(name) instanceof Map<?, ?> settings ? origin(name, settings) : "";
    }

    private String origin(String name, Map<?, ?> settings) {
        return settings.isEmpty()
                ? ""
                : sections.origin(
                        name, String.valueOf(settings.keySet().iterator().next()));
    }

    /** The origin of a key of a client, as a suffix in parentheses with a leading space; empty if unknown. */
    String origin(String name, String key) {
        return sections.origin(name, key);
    }

    /** Whether a client has a key that may be meant to name an instance: an unknown one, or one without a name. */
    boolean hasWrongKeys(String name) {
        return clients.entrySet().stream()
                .filter(client ->
                        SpellingSuggestion.alphanumeric(client.getKey()).equals(SpellingSuggestion.alphanumeric(name)))
                .anyMatch(client -> client.getValue() instanceof Map<?, ?> settings
                        && !problems(client.getKey(), settings).isEmpty());
    }

    /**
     * Reads the settings of a client.
     *
     * @param problems receives each unreadable value, which is omitted
     */
    HttpClientProperties properties(String name, List<Problem> problems) {
        Values values = new Values(sections, name, sections.binder(name), problems);
        Map<String, @Nullable String> instances = new LinkedHashMap<>();
        HttpClientProperties.INSTANCE_KEYS.forEach(key -> instances.put(key, values.text(key)));
        return new HttpClientProperties(
                instances,
                values.list(HttpClientProperties.FAILURE_STATUSES),
                values.list(HttpClientProperties.RETRY_METHODS),
                values.flag(HttpClientProperties.IDEMPOTENT));
    }

    /** Binds each value separately, so that all invalid ones are found. */
    private record Values(NamedSections sections, String name, Binder binder, List<Problem> problems) {

        @Nullable
        String text(String key) {
            return resolved(key, value(key, Bindable.of(String.class)));
        }

        @Nullable
        List<String> list(String key) {
            List<String> values = value(key, Bindable.listOf(String.class));
            if (values == null) {
                return null;
            }
            if (values.isEmpty()) {
                problems.add(new Problem(described(key) + " is empty", "Write a list of words, or remove the key"));
                return null;
            }
            return values.stream().allMatch(value -> resolved(key, value) != null) ? values : null;
        }

        @Nullable
        Boolean flag(String key) {
            String text = text(key);
            if (text == null || text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) {
                return text == null ? null : Boolean.valueOf(text);
            }
            problems.add(new Problem(described(key) + " is '" + text + "'", "Use true or false"));
            return null;
        }

        /** A text without placeholders; null if it has some that cannot be resolved, which is a problem. */
        private @Nullable String resolved(String key, @Nullable String text) {
            if (text == null || !text.contains("${")) {
                return text;
            }
            problems.add(new Problem(
                    described(key) + " is '" + text + "', which has a placeholder that cannot be resolved",
                    "Set the property that it names, or give it a default, such as ${property:default}"));
            return null;
        }

        private ConfigurationPropertyName property(String key) {
            return sections.name(name).append(key);
        }

        private String described(String key) {
            return "'" + property(key) + "'" + sections.origin(name, key);
        }

        private <T> @Nullable T value(String key, Bindable<T> type) {
            try {
                return binder.bind(property(key), type).orElse(null);
            } catch (BindException e) {
                problems.add(new Problem(
                        "'" + e.getName() + "'" + origin(e) + " cannot be read: "
                                + Causes.mostSpecific(e).getMessage(),
                        "Use a name, or a list of words"));
                return null;
            }
        }
    }

    private static String origin(BindException e) {
        ConfigurationProperty property = e.getProperty();
        return property == null || property.getOrigin() == null ? "" : " (" + property.getOrigin() + ")";
    }

    private static String property(String name) {
        return ROOT + "[" + name + "]";
    }

    private static String uniform(String key) {
        return key.replace("-", "").toLowerCase(Locale.ROOT);
    }
}
