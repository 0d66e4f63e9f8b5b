package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.pattern.PipelineSlot;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;

/**
 * The order of the patterns around a method. A configured order rearranges only the patterns that it names, among the
 * positions that they have. So it is enough to name the relevant patterns, and a new pattern invalidates no
 * configuration.
 */
public final class PipelineOrder {

    /** The key below {@code resilience}. */
    static final String KEY = "order";

    private PipelineOrder() {}

    /** The application's order: the default, rearranged by {@code resilience.order} unless that is invalid. */
    public static List<PipelineSlot> of(Environment environment) {
        try {
            return required(environment);
        } catch (ResilienceConfigurationException wrong) {
            return PatternDescriptors.slots(); // reported by the start-up check
        }
    }

    /**
     * The application's order: the default, rearranged by {@code resilience.order}.
     *
     * @throws ResilienceConfigurationException if that names an unknown pattern, or a pattern twice
     */
    static List<PipelineSlot> required(Environment environment) {
        requireFlat(environment);
        List<String> keys = GlobalSettings.read(environment, KEY, Bindable.listOf(String.class))
                .orElseGet(() -> TranslatedSettings.of(environment)
                        .map(TranslatedSettings::order)
                        .orElse(List.of()));
        return changed(
                PatternDescriptors.slots(), keys, keys.isEmpty() ? KEY : GlobalSettings.location(environment, KEY));
    }

    private static void requireFlat(Environment environment) {
        for (int i = 0; i < PatternDescriptors.slots().size(); i++) {
            ConfigurationPropertyName element =
                    ConfigurationPropertyName.of(SettingsResolver.ROOT + "." + KEY + "[" + i + "]");
            for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
                if (source.containsDescendantOf(element) == ConfigurationPropertyState.PRESENT) {
                    String where = source instanceof IterableConfigurationPropertySource iterable
                            ? iterable.stream()
                                    .filter(element::isAncestorOf)
                                    .findFirst()
                                    .map(first -> Section.location(List.of(source), first))
                                    .orElse(element.toString())
                            : element.toString();
                    throw new ResilienceConfigurationException(List.of(new Problem(
                            where + ": an element of " + SettingsResolver.ROOT + "." + KEY
                                    + " is a list or has settings, but must be the key of a pattern",
                            "List the keys from outermost to innermost, such as [retry, timeout]")));
                }
            }
        }
    }

    /**
     * Rearranges an order.
     *
     * @param order the order to start from, outermost first
     * @param written the keys of the slots to rearrange among themselves, outermost first, in any case, with dashes or
     *     underscores
     * @param where the origin of the keys, for messages
     * @throws ResilienceConfigurationException if a key is unknown, occurs twice, or is the only one
     */
    public static List<PipelineSlot> changed(List<PipelineSlot> order, List<String> written, String where) {
        Map<String, PipelineSlot> slots = order.stream()
                .collect(Collectors.toMap(
                        PipelineSlot::key, Function.identity(), (first, second) -> first, LinkedHashMap::new));
        List<String> keys = written.stream()
                .map(key -> slots.keySet().stream()
                        .filter(known -> ForeignNames.uniform(known).equals(ForeignNames.uniform(key)))
                        .findFirst()
                        .orElse(key))
                .toList();
        if (new HashSet<>(keys).size() != keys.size() || !slots.keySet().containsAll(keys)) {
            throw new ResilienceConfigurationException(List.of(new Problem(
                    where + " is " + written + ": must contain known patterns only, each at most once",
                    "List them from outermost to innermost, as in the default "
                            + PatternDescriptors.slots().stream()
                                    .map(PipelineSlot::key)
                                    .toList())));
        }
        if (keys.size() == 1) {
            throw new ResilienceConfigurationException(List.of(Problem.tolerable(
                    where + " is " + written + ": a single pattern has nothing to change its position with",
                    "List two patterns or more, from outermost to innermost, or remove it")));
        }
        Iterator<String> named = keys.iterator();
        return slots.keySet().stream()
                .map(key -> keys.contains(key) ? named.next() : key)
                .map(slots::get)
                .map(Objects::requireNonNull)
                .toList();
    }
}
