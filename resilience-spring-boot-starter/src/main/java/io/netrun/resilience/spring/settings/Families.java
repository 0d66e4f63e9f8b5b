package io.netrun.resilience.spring.settings;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.List;
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

    /**
     * The configuration that a family has from code for one of its instances; null for none.
     *
     * @throws ResilienceConfigurationException if the code of the family has none for it
     */
    <C extends Record> @Nullable C configOf(PatternDescriptor<?, C> pattern, String name) {
        try {
            return registry.get().configOfKey(pattern.type(), name).orElse(null);
        } catch (RuntimeException failure) {
            ResilienceConfigurationException failed = new ResilienceConfigurationException(List.of(new Problem(
                    pattern.title() + " '" + name + "': the function that configures the family '" + familyIn(name)
                            + "' failed: " + failure,
                    "Make it return a configuration for this key, or use another name")));
            failed.initCause(failure);
            throw failed;
        }
    }

    /** Whether an instance of this name is one of a family. */
    static boolean isKeyOf(String family, String name) {
        return name.startsWith(family + SEPARATOR);
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
