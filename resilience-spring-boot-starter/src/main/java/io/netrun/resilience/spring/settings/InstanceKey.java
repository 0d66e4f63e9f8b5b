package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.Pattern;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An instance.
 *
 * @param pattern the pattern's key, such as {@code circuit-breaker}
 */
record InstanceKey(String pattern, String name) {

    static InstanceKey of(Pattern<?, ?> pattern, String name) {
        return new InstanceKey(pattern.key(), name);
    }

    /** The names of a pattern's instances among others. */
    static Set<String> names(Collection<InstanceKey> keys, Pattern<?, ?> pattern) {
        return keys.stream()
                .filter(key -> key.pattern.equals(pattern.key()))
                .map(InstanceKey::name)
                .collect(Collectors.toSet());
    }
}
