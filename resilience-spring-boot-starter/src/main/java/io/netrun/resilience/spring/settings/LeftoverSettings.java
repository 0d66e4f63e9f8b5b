package io.netrun.resilience.spring.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.Environment;

/**
 * Finds settings of resilience4j left in the configuration of a migrated application. They have no effect, so each kind
 * produces a warning with the first keys and their origins.
 */
public final class LeftoverSettings {

    /** The maximum number of keys in a warning. */
    private static final int NAMED = 3;

    private static final String ENDPOINTS = "circuitbreaker(s|events)|retries|retryevents|bulkhead(s|events)"
            + "|ratelimiter(s|events)|timelimiter(s|events)|threadpoolbulkhead(s|events)";

    private static final List<Kind> KINDS = List.of(
            new Kind(
                    "under 'resilience4j'",
                    "resilience4j\\..*",
                    "Move them to 'resilience', remove them," + " or set resilience.compatibility to 'resilience4j'"),
            new Kind(
                    "of resilience4j's health",
                    "management\\.health\\.(circuitbreakers|ratelimiters)\\..*",
                    "Set 'health' for circuit breakers, or remove them"),
            new Kind(
                    "of resilience4j's endpoints",
                    "management\\.endpoint\\.(" + ENDPOINTS + ")\\..*",
                    "Remove them: the only endpoint is 'resilience'"),
            new Kind(
                    "of resilience4j's meters",
                    "management\\.metrics\\..*\\.resilience4j(\\..*)?",
                    "Use meter names that begin with 'resilience.', or remove them"));

    private LeftoverSettings() {}

    /** One warning per kind of leftover settings. */
    public static List<String> warnings(Environment environment) {
        Map<Kind, Map<String, String>> left = new LinkedHashMap<>();
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source.getUnderlyingSource() instanceof EnumerablePropertySource<?> properties) {
                for (String key : properties.getPropertyNames()) {
                    kindOf(key)
                            .ifPresent(kind -> left.computeIfAbsent(kind, first -> new LinkedHashMap<>())
                                    .putIfAbsent(key, String.valueOf(PropertySourceOrigin.get(properties, key))));
                }
            }
        }
        List<String> warnings = new ArrayList<>();
        left.forEach((kind, keys) -> warnings.add("The configuration has settings " + kind.what()
                + ", which have no effect here: " + list(keys) + ". " + kind.remedy() + "."));
        return warnings;
    }

    private static Optional<Kind> kindOf(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        if (!lower.startsWith("resilience4j") && !lower.startsWith("management")) {
            return Optional.empty();
        }
        String dotted = lower.indexOf('.') < 0 ? lower.replace('_', '.') : lower; // the form of environment variables
        return KINDS.stream()
                .filter(kind -> kind.keys().matcher(dotted).matches())
                .findFirst();
    }

    private static String list(Map<String, String> origins) {
        List<String> named = origins.entrySet().stream()
                .limit(NAMED)
                .map(key -> key.getKey() + " (" + key.getValue() + ")")
                .toList();
        int others = origins.size() - named.size();
        return String.join(", ", named) + (others == 0 ? "" : " and " + others + " more");
    }

    /**
     * A kind of settings.
     *
     * @param what describes them after the word "settings"
     * @param keys matches their names in lower case
     * @param remedy the remedy
     */
    private record Kind(String what, Pattern keys, String remedy) {

        Kind(String what, String keys, String remedy) {
            this(what, Pattern.compile(keys), remedy);
        }
    }
}
