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
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * The order of the patterns around a method: a given one, in which those that are named have changed places among
 * themselves. So it is enough to name those that matter, and a new pattern breaks no configuration.
 */
public final class PipelineOrder {

    private static final String PROPERTY = "resilience.order";

    private PipelineOrder() {}

    /** The application's order: the default, changed as {@code resilience.order} says unless that is wrong. */
    public static List<PipelineSlot> of(Environment environment) {
        try {
            return required(environment);
        } catch (ResilienceConfigurationException wrong) {
            return PatternDescriptors.places(); // reported by the start-up check
        }
    }

    /**
     * The application's order: the default, changed as {@code resilience.order} says.
     *
     * @throws ResilienceConfigurationException if that names a pattern that there is not, or one twice
     */
    static List<PipelineSlot> required(Environment environment) {
        List<String> keys = Binder.get(environment)
                .bind(PROPERTY, Bindable.listOf(String.class))
                .orElse(List.of());
        return changed(
                PatternDescriptors.places(),
                keys,
                keys.isEmpty() ? PROPERTY : GlobalSettings.place(environment, PROPERTY));
    }

    /**
     * Another order.
     *
     * @param keys of the places that change with each other, outermost first
     * @param where it is said, for people
     * @throws ResilienceConfigurationException if a key is unknown, or there twice
     */
    public static List<PipelineSlot> changed(List<PipelineSlot> order, List<String> keys, String where) {
        Map<String, PipelineSlot> places = order.stream()
                .collect(Collectors.toMap(
                        PipelineSlot::key, Function.identity(), (first, second) -> first, LinkedHashMap::new));
        if (new HashSet<>(keys).size() != keys.size() || !places.keySet().containsAll(keys)) {
            throw new ResilienceConfigurationException(List.of(new Problem(
                    where + " is " + keys + ": must name patterns that there are, each once at most",
                    "Write them outermost first, as in the default "
                            + PatternDescriptors.places().stream()
                                    .map(PipelineSlot::key)
                                    .toList())));
        }
        Iterator<String> named = keys.iterator();
        return places.keySet().stream()
                .map(key -> keys.contains(key) ? named.next() : key)
                .map(places::get)
                .map(Objects::requireNonNull)
                .toList();
    }
}
