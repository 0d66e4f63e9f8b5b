package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.pattern.PipelineSlot;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.SpellingSuggestion;
import io.netrun.resilience.spring.settings.ConfiguredSettings.Property;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.springframework.boot.origin.PropertySourceOrigin;

/**
 * The keys in the configuration that mean nothing, each with what to write instead: the key that replaces a word of
 * another library, or else the nearest by its spelling. Each is reported once in a source, however many properties or
 * list elements are under it.
 */
final class UnknownKeys {

    private final Set<Problem> problems = new LinkedHashSet<>();
    private final Set<Place> reported = new HashSet<>();

    List<Problem> problems() {
        return List.copyOf(problems);
    }

    /** A section has a value, and no settings; a blank one is an empty section. */
    void scalar(Property property, String examples) {
        if (!property.isBlank()) {
            problems.add(new Problem(
                    "The property '" + property.written() + "' has a value of its own",
                    "Put settings under it, such as " + examples));
        }
    }

    /**
     * A key where that of a pattern should be.
     *
     * @param known the keys that there are
     * @return the key that was probably meant
     */
    Optional<String> reportRoot(Property property, Collection<String> known) {
        String key = property.element(1);
        for (PipelineSlot place : PatternDescriptors.places()) {
            if (ForeignNames.uniform(place.key()).equals(ForeignNames.uniform(key))) {
                String shared = place.pattern().key();
                add(
                        property,
                        1,
                        "Write it under '" + SettingsResolver.ROOT + "." + shared + "': the instances of "
                                + place.title() + " are there");
                return Optional.of(shared);
            }
        }
        return report(property, 1, ForeignNames.ROOT, known);
    }

    /**
     * A key where the group of a pattern's settings should be.
     *
     * @param keys of the pattern's settings
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
        if (ForeignNames.key(pattern.key(), key).isPresent()) {
            return report(property, 2, pattern.key(), keys).flatMap(setting -> Optional.empty());
        }
        return report(
                property, 2, ForeignNames.GROUP, List.of(ConfiguredSettings.DEFAULTS, ConfiguredSettings.INSTANCES));
    }

    /**
     * A key that is unknown.
     *
     * @param index of the key among the elements of the name
     * @param section see {@link ForeignNames}
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
        List<String> above =
                IntStream.rangeClosed(0, index).mapToObj(property::element).toList();
        if (reported.add(new Place(property.source(), above))) {
            problems.add(Problem.tolerable(
                    "The configuration has an unknown key '" + property.element(index) + "' in '"
                            + withoutIndex(property.written()) + "' ("
                            + PropertySourceOrigin.get(property.source(), property.written()) + ")",
                    remedy));
        }
    }

    /** The name of a list for that of one of its elements. */
    private static String withoutIndex(String written) {
        return written.replaceAll("(\\[\\d+])+$", "");
    }

    private record Place(Object source, List<String> elements) {}
}
