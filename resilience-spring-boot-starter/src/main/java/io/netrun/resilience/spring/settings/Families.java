package io.netrun.resilience.spring.settings;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The families of instances in an application's registry. Thread-safe. */
public final class Families {

    private static final char SEPARATOR = ':';

    private final Supplier<ResilienceRegistry> registry;

    Families(Supplier<ResilienceRegistry> registry) {
        this.registry = registry;
    }

    /** The family that an instance belongs to; null for none. */
    @Nullable
    String of(PatternDescriptor<?, ?> pattern, String name) {
        return mayBeKey(name) ? registry.get().familyOf(pattern.type(), name).orElse(null) : null;
    }

    boolean has(PatternDescriptor<?, ?> pattern, String name) {
        return registry.get().hasFamily(pattern.type(), name);
    }

    /** The names of a pattern's families. */
    Set<String> names(PatternDescriptor<?, ?> pattern) {
        return registry.get().families(pattern.type());
    }

    /** Removes the instance that has the name of a family, if there is one. */
    void removeInstance(PatternDescriptor<?, ?> pattern, String name) {
        registry.get().remove(pattern.type(), name);
    }

    /**
     * Whether a name may be that of an instance of a family. The registry knows only the families that exist, and code
     * may create one later.
     */
    public static boolean mayBeKey(String name) {
        return name.indexOf(SEPARATOR) >= 0;
    }

    /** The family in the name of one of its instances, {@code family:key}. */
    public static String familyIn(String name) {
        return name.substring(0, name.indexOf(SEPARATOR));
    }
}
