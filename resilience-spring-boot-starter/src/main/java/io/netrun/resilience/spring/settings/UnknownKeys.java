package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.pattern.PipelineSlot;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.SpellingSuggestion;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Collects the unknown keys in the configuration, each with its replacement: the key that corresponds to another
 * library's name, or else the most similar key. Each is reported once per source, however many properties or list
 * elements it contains.
 */
final class UnknownKeys {

    private final Set<Problem> problems = new LinkedHashSet<>();
    private final Set<ReportedKey> reported = new HashSet<>();

    List<Problem> problems() {
        return List.copyOf(problems);
    }

    /** Reports a section that has a value instead of settings. A blank value is an empty section. */
    void reportScalar(Property property, String examples) {
        if (!property.isBlank()) {
            problems.add(new Problem(
                    "The property '" + property.written() + "' has a value, but takes settings",
                    "Put settings under it, such as " + examples));
        }
    }

    /**
     * Reports settings under a key that takes a value.
     *
     * @param elements the number of elements of the key's name
     * @param expected what the key takes, such as {@code a name}
     */
    void nested(Property property, int elements, String expected) {
        List<String> above = property.elements(elements);
        if (reported.add(new ReportedKey(property.source(), above))) {
            problems.add(new Problem(
                    "The property '" + String.join(".", above) + "' has settings, but takes a value ("
                            + property.origin() + ")",
                    "Write " + expected + " directly after the key"));
        }
    }

    /**
     * Reports a list under a key that takes other keys.
     *
     * @param elements the number of elements of the key's name
     */
    void list(Property property, int elements, String remedy) {
        List<String> above = property.elements(elements);
        if (reported.add(new ReportedKey(property.source(), above))) {
            problems.add(new Problem(
                    "The property '" + String.join(".", above) + "' is a list, but takes keys (" + property.origin()
                            + ")",
                    remedy));
        }
    }

    /** Reports settings for a name that no section can have. */
    void unspellable(String subject, Property property, String name) {
        List<String> above = property.elements(4);
        if (reported.add(new ReportedKey(property.source(), above))) {
            problems.add(Problem.tolerable(
                    subject + " has settings in the configuration (" + property.origin() + "), which have no effect",
                    ConfiguredSettings.inBrackets(name)));
        }
    }

    /**
     * Reports what is probably the name of an instance with settings outside of {@code instances}.
     *
     * @param index the index of the name among the elements of the property
     */
    void reportName(PatternDescriptor<?, ?> pattern, Property property, int index) {
        add(
                property,
                index,
                "Write it under '" + SettingsResolver.ROOT + "." + pattern.key() + "." + ConfiguredSettings.INSTANCES
                        + "' if it is the name of an instance");
    }

    /**
     * Reports a key where a pattern's key is expected.
     *
     * @param known the keys that there are
     * @return the key that was probably meant
     */
    Optional<String> reportRoot(Property property, Collection<String> known) {
        String key = property.element(1);
        for (PipelineSlot slot : PatternDescriptors.slots()) {
            if (ForeignNames.uniform(slot.key()).equals(ForeignNames.uniform(key))) {
                String shared = slot.pattern().key();
                add(
                        property,
                        1,
                        "Write it under '" + SettingsResolver.ROOT + "." + shared + "': the instances of "
                                + slot.title() + " are there");
                return Optional.of(shared);
            }
        }
        for (PatternDescriptor<?, ?> pattern : PatternDescriptors.all()) {
            if (ForeignNames.uniform(pattern.section()).equals(ForeignNames.uniform(key))) { // its plural
                add(property, 1, "Did you mean '" + pattern.key() + "'? Known here: " + String.join(", ", known));
                return Optional.of(pattern.key());
            }
        }
        return report(property, 1, ForeignNames.ROOT, known);
    }

    /**
     * Reports a key where a group of a pattern's settings is expected.
     *
     * @param keys the keys of the pattern's settings
     * @return the group that was probably meant
     */
    Optional<String> reportGroup(PatternDescriptor<?, ?> pattern, Property property, Collection<String> keys) {
        String key = property.element(2);
        boolean isSetting =
                keys.stream().anyMatch(known -> ForeignNames.uniform(known).equals(ForeignNames.uniform(key)));
        if (isSetting) {
            add(
                    property,
                    2,
                    "Write it under '" + ConfiguredSettings.DEFAULTS + "', or under '" + ConfiguredSettings.INSTANCES
                            + "' and the name of an instance");
            return Optional.empty();
        }
        List<String> groups =
                List.of(ConfiguredSettings.DEFAULTS, ConfiguredSettings.INSTANCES, ConfiguredSettings.BASES);
        boolean isSection = property.size() > 3 && !property.name().isNumericIndex(3);
        if (isSection
                && ForeignNames.key(ForeignNames.GROUP, key).isEmpty()
                && SpellingSuggestion.to(key, groups).isEmpty()) {
            reportName(pattern, property, 2);
            return Optional.empty();
        }
        if (ForeignNames.key(pattern.key(), key).isPresent()) {
            return report(property, 2, pattern.key(), keys).flatMap(setting -> Optional.empty());
        }
        return report(property, 2, ForeignNames.GROUP, groups);
    }

    /**
     * Reports an unknown key.
     *
     * @param index the index of the key among the elements of the name
     * @param section the section of {@link ForeignNames}
     * @param known the keys that there are
     * @return the key that was probably meant
     */
    Optional<String> report(Property property, int index, String section, Collection<String> known) {
        String key = property.element(index);
        String all = "Known here: " + String.join(", ", known);
        Optional<ForeignNames.Key> foreign = ForeignNames.key(section, key);
        if (foreign.isPresent()) {
            add(property, index, foreign.get().remedy() + ". " + all);
            return foreign.get().keys().stream().findFirst();
        }
        String nearest = SpellingSuggestion.to(key, known);
        add(property, index, nearest.isEmpty() ? all : "Did you mean '" + nearest + "'? " + all);
        return nearest.isEmpty() ? Optional.empty() : Optional.of(nearest);
    }

    private void add(Property property, int index, String remedy) {
        List<String> above = property.elements(index + 1);
        if (reported.add(new ReportedKey(property.source(), above))) {
            problems.add(Problem.tolerable(
                    "The configuration has an unknown key '" + property.element(index) + "' in '"
                            + withoutIndex(property.written()) + "' ("
                            + property.origin() + ")",
                    remedy));
        }
    }

    /** Returns the name of the list that an element belongs to. */
    private static String withoutIndex(String written) {
        return written.replaceAll("(\\[\\d+])+$", "");
    }

    private record ReportedKey(Object source, List<String> elements) {}
}
