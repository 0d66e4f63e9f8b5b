package io.netrun.resilience.spring.settings;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The properties of one source that belong to a list in place of a section with names, such as {@code instances: -
 * name: payments}. An instance may have a number as its name, so an index alone is not a list.
 */
final class ListedInstances {

    private static final Set<String> NAMING = Set.of("name", "id", "key", "instance");

    /** The elements of the sections that are lists. */
    private final Set<List<String>> lists = new HashSet<>();

    ListedInstances(List<Property> properties) {
        properties.stream()
                .filter(property -> isIndexed(property) && isListed(property))
                .forEach(property -> lists.add(section(property)));
    }

    boolean contains(Property property) {
        return !lists.isEmpty() && isIndexed(property) && lists.contains(section(property));
    }

    private static boolean isIndexed(Property property) {
        return property.size() > 3
                && property.name().isNumericIndex(3)
                && (property.element(2).equalsIgnoreCase(ConfiguredSettings.INSTANCES)
                        || property.element(2).equalsIgnoreCase(ConfiguredSettings.BASES));
    }

    /** A value, a name as a key, or settings below a name. */
    private static boolean isListed(Property property) {
        return property.size() == 4
                ? !property.isBlank()
                : NAMING.contains(ForeignNames.uniform(property.element(4)))
                        || (property.size() > 5 && !property.name().isNumericIndex(5));
    }

    private static List<String> section(Property property) {
        return property.elements(3);
    }
}
