package io.netrun.resilience.spring.settings;

import io.netrun.resilience.Require;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Identifies an instance.
 *
 * @param pattern the pattern's key, such as {@code circuit-breaker}
 * @param name the name of the instance
 */
record InstanceKey(String pattern, String name) {

    /** Written out, like the next one: what the compiler makes of a record is slow until it has run often. */
    @Override
    public int hashCode() {
        return 31 * pattern.hashCode() + name.hashCode();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof InstanceKey key && name.equals(key.name) && pattern.equals(key.pattern);
    }

    static InstanceKey of(PatternDescriptor<?, ?> pattern, String name) {
        return new InstanceKey(pattern.key(), name);
    }

    /**
     * Checks the name of an instance.
     *
     * @param location what requests it, for the message
     */
    static void requireName(PatternDescriptor<?, ?> pattern, String name, String location) {
        try {
            Require.name(name);
        } catch (IllegalArgumentException wrong) {
            throw new ResilienceConfigurationException(List.of(new Problem(
                    "The " + pattern.title() + " of " + location + ": " + wrong.getMessage(),
                    "Give it another name; an annotation without one has that of its method")));
        }
    }

    /** The names of the instances that belong to a pattern. */
    static Set<String> namesOf(PatternDescriptor<?, ?> pattern, Collection<InstanceKey> keys) {
        return keys.stream()
                .filter(key -> key.pattern.equals(pattern.key()))
                .map(InstanceKey::name)
                .collect(Collectors.toSet());
    }
}
