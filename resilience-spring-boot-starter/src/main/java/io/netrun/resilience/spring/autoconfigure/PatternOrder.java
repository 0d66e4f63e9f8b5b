package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.spring.pattern.Patterns;
import io.netrun.resilience.spring.pattern.Place;
import io.netrun.resilience.spring.settings.Problem;
import io.netrun.resilience.spring.settings.ResilienceConfigurationException;
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
 * The order of the patterns around a method: the default, in which those that {@code resilience.order} names have changed
 * places among themselves. So it is enough to name those that matter, and a new pattern breaks no configuration.
 */
final class PatternOrder {

    private static final String PROPERTY = "resilience.order";

    private PatternOrder() {}

    static List<Place> in(Environment environment) {
        List<String> keys = Binder.get(environment)
                .bind(PROPERTY, Bindable.listOf(String.class))
                .orElse(List.of());
        if (keys.isEmpty()) {
            return Patterns.places();
        }
        Map<String, Place> places = Patterns.places().stream()
                .collect(Collectors.toMap(
                        Place::key, Function.identity(), (first, second) -> first, LinkedHashMap::new));
        List<String> known = List.copyOf(places.keySet());
        if (new HashSet<>(keys).size() != keys.size() || !known.containsAll(keys)) {
            throw new ResilienceConfigurationException(List.of(new Problem(
                    PROPERTY + " is " + keys + ": must name patterns that there are, each once at most",
                    "Write them outermost first, as in the default " + known)));
        }
        Iterator<String> named = keys.iterator();
        return known.stream()
                .map(key -> keys.contains(key) ? named.next() : key)
                .map(places::get)
                .map(Objects::requireNonNull)
                .toList();
    }
}
