package io.netrun.resilience.spring.settings;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/**
 * The names of a pattern that are in use, at the start as well as when the configuration changes.
 *
 * @param all the names of instances that code, an annotation or a client has requested, even if their settings are
 *     wrong, and those of families
 * @param families the names of families
 */
public record NamesInUse(Set<String> all, Set<String> families) {

    public NamesInUse {
        all = Set.copyOf(all);
        families = Set.copyOf(families);
    }

    /** Whether a name is that of an instance or family in use. */
    boolean contains(String name) {
        return all.contains(name);
    }

    /** These names and further ones of instances. */
    public NamesInUse with(Collection<String> instances) {
        Set<String> more = new TreeSet<>(all);
        more.addAll(instances);
        return new NamesInUse(more, families);
    }
}
