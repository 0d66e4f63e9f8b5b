package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;

/**
 * How annotations and clients of all contexts use a name first: with a key, or without. A name counts as soon as
 * something has it, even if its settings are wrong and there is no family of that name. Thread-safe.
 */
final class NameUses {

    private final ConcurrentMap<InstanceKey, Use> uses = new ConcurrentHashMap<>();

    /**
     * Records that an annotation or a client uses a name.
     *
     * @param keyed whether there is an instance for each key
     * @throws ResilienceConfigurationException if the name is used with a key and without: it is either that of an
     *     instance or of a family
     */
    void add(PatternDescriptor<?, ?> pattern, String name, String location, boolean keyed) {
        if (location.equals(InstanceFactory.CONFIGURATION)) {
            return;
        }
        Use first = addIfFirst(pattern, name, location, keyed);
        if (first.keyed != keyed) {
            throw new ResilienceConfigurationException(List.of(new Problem(
                    pattern.title() + " '" + name + "' has a key in " + (keyed ? location : first.location)
                            + ", and none in " + (keyed ? first.location : location),
                    "Use different names, or the same key in both")));
        }
    }

    /** Records the first use of a name, and returns it. */
    Use addIfFirst(PatternDescriptor<?, ?> pattern, String name, String location, boolean keyed) {
        return uses.computeIfAbsent(InstanceKey.of(pattern, name), key -> new Use(location, keyed));
    }

    /** The names of a pattern that are used with a key. */
    Set<String> families(PatternDescriptor<?, ?> pattern) {
        return InstanceKey.namesOf(
                pattern,
                uses.entrySet().stream()
                        .filter(each -> each.getValue().keyed)
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toSet()));
    }

    /** Who uses a name first. */
    record Use(String location, boolean keyed) {}
}
