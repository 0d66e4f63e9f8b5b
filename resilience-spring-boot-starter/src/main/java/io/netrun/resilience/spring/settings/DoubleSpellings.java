package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.env.EnumerablePropertySource;

/**
 * Settings of the application, of HTTP clients and in environment variables that one source has in two spellings.
 * Spring Boot decides which of them counts. Not thread-safe.
 */
final class DoubleSpellings {

    private static final String PREFIX = "RESILIENCE_";

    private final Map<Object, Map<ConfigurationPropertyName, Property>> global = new HashMap<>();
    private final List<String> warnings = new ArrayList<>();

    List<String> warnings() {
        return warnings;
    }

    /** Adds a property that is not one of a pattern. */
    void add(Property property) {
        Property other = global.computeIfAbsent(property.source(), first -> new HashMap<>())
                .putIfAbsent(property.name(), property);
        if (other != null) {
            add(other.written(), property.written(), " (" + property.origin() + ")");
        }
    }

    /**
     * Looks at environment variables. A dash in a key is left out there, or an underscore as in other libraries; in the
     * name of an instance, both can be meant.
     */
    void addVariables(EnumerablePropertySource<?> variables) {
        Map<String, String> seen = new LinkedHashMap<>();
        for (String variable : variables.getPropertyNames()) {
            String upper = variable.toUpperCase(Locale.ROOT);
            String setting = upper.startsWith(PREFIX) ? setting(upper.substring(PREFIX.length())) : null;
            String other = setting == null ? null : seen.putIfAbsent(setting, variable);
            if (other != null) {
                add(other, variable, " of the environment");
            }
        }
    }

    private void add(String one, String other, String where) {
        warnings.add("'" + one + "' and '" + other + "' are one setting in two spellings" + where
                + ": only one of them counts. Remove one of them.");
    }

    /** A variable without what has two spellings; null if it is no known setting. */
    private static @Nullable String setting(String variable) {
        for (String section : sections()) {
            for (String spelling : spellings(section).toList()) {
                if (variable.equals(spelling)) {
                    return uniform(section);
                }
                String rest =
                        variable.startsWith(spelling + "_") ? key(variable.substring(spelling.length() + 1)) : null;
                if (rest != null) {
                    return uniform(section) + "_" + rest;
                }
            }
        }
        return null;
    }

    /** The longest known key with which the rest of a variable ends, behind what is before it. */
    private static @Nullable String key(String rest) {
        return keys().filter(key -> spellings(key).anyMatch(each -> rest.equals(each) || rest.endsWith("_" + each)))
                .max(Comparator.comparingInt(String::length))
                .map(key -> spellings(key)
                        .filter(each -> rest.equals(each) || rest.endsWith("_" + each))
                        .map(each -> rest.substring(0, rest.length() - each.length()) + uniform(key))
                        .findFirst()
                        .orElse(rest))
                .orElse(null);
    }

    private static List<String> sections() {
        return Stream.concat(
                        GlobalKeys.ALL.stream(),
                        PatternDescriptors.all().stream().map(PatternDescriptor::key))
                .toList();
    }

    private static Stream<String> keys() {
        return Stream.of(
                        PatternDescriptors.all().stream()
                                .flatMap(pattern -> ConfiguredSettings.keysOfNamed(pattern).stream()),
                        PatternDescriptors.all().stream().map(PatternDescriptor::key),
                        Stream.of("attempt-timeout", "failure-statuses", "retry-methods", "idempotent"),
                        GlobalKeys.inGroups())
                .flatMap(each -> each)
                .distinct();
    }

    private static Stream<String> spellings(String key) {
        String upper = key.toUpperCase(Locale.ROOT);
        return Stream.of(upper.replace("-", ""), upper.replace("-", "_")).distinct();
    }

    private static String uniform(String key) {
        return key.toUpperCase(Locale.ROOT).replace("-", "");
    }
}
