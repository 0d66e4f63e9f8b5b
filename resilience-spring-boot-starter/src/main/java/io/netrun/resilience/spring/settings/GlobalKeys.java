package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.Option;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The keys directly under the root that are not patterns. */
final class GlobalKeys {

    private static final String HTTP_CLIENTS = "http-clients";
    private static final String LISTENERS = "listeners";

    static final List<String> ALL = List.of(
            Option.ENABLED.key(),
            "advice-mode",
            PipelineOrder.KEY,
            "validation",
            "unknown-exceptions",
            "observations",
            "metrics",
            "propagate-mdc",
            "rate-limit-headers",
            "rate-limit-fields",
            "fleet",
            Compatibility.SETTING.key(),
            LISTENERS,
            HTTP_CLIENTS);

    /** Those that are groups, with the keys in them. */
    private static final Map<String, List<String>> GROUPS = Map.of(
            "observations", List.of("enabled"),
            "metrics", List.of("keyed", "resilience4j"),
            "fleet", FleetKeys.ALL);

    private GlobalKeys() {}

    /** The key that an element of a property is in any spelling; null if it is none. */
    static @Nullable String known(List<String> keys, Property property, int index) {
        String element = ForeignNames.uniform(property.element(index));
        return keys.stream()
                .filter(key -> ForeignNames.uniform(key).equals(element))
                .findFirst()
                .orElse(null);
    }

    /** The keys in groups. */
    static Stream<String> inGroups() {
        return GROUPS.values().stream().flatMap(List::stream);
    }

    /** Checks the shape of a setting of the application; the values are checked where they are read. */
    static void check(Property property, String key, UnknownKeys unknown) {
        int elements = property.size();
        List<String> known = GROUPS.get(key);
        if (known != null && elements > 2 && property.name().isNumericIndex(2)) {
            unknown.list(property, 2, ConfiguredSettings.WITHOUT_DASH);
        } else if (known != null) {
            if (elements == 2) {
                unknown.reportScalar(property, known.get(0));
            } else if (known(known, property, 2) == null) {
                unknown.report(property, 2, key, known);
            } else if (elements > 3) {
                unknown.nested(property, 3, "its value");
            }
        } else if (key.equals(LISTENERS)) {
            if (isListed(property)) {
                unknown.list(property, 2, "Write the id of each listener container as a key, in place of the dash");
            }
        } else if (elements > 2 && !key.equals(HTTP_CLIENTS) && !property.name().isNumericIndex(2)) {
            unknown.nested(property, 2, "its value");
        }
    }

    /** Whether there is a list in place of ids: a list has a first element, and other numbers may be ids. */
    private static boolean isListed(Property property) {
        return property.size() > 2
                && property.name().isNumericIndex(2)
                && property.element(2).equals("0");
    }
}
