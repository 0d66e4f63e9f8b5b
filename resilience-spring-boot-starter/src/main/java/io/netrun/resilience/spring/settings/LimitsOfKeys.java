package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.Option;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Finds limits of keys that a context's configuration has for instances without keys. They have no effect. Families are
 * not reported, nor are names that are not in use, since code may create a family of that name later.
 */
final class LimitsOfKeys {

    private static final String KEY = Option.MAX_KEYS.key();

    private final PatternDescriptor<?, ?> pattern;
    private final NamesInUse used;
    private final SettingsResolver resolver;

    LimitsOfKeys(PatternDescriptor<?, ?> pattern, NamesInUse used, SettingsResolver resolver) {
        this.pattern = pattern;
        this.used = used;
        this.resolver = resolver;
    }

    /**
     * One warning for each limit without effect.
     *
     * @param decided whether the settings of a name come from this context
     * @param inherited the bases that another context reports
     */
    List<String> warnings(Predicate<String> decided, Set<String> inherited) {
        List<String> warnings = new ArrayList<>();
        if (!pattern.has(Option.MAX_KEYS)) {
            return warnings;
        }
        Set<String> names = new TreeSet<>(used.all());
        names.addAll(resolver.written().instances(pattern));
        names.stream().filter(decided).forEach(name -> {
            ValueWithOrigin limit = resolver.writtenMaxKeys(pattern, name);
            if (limit != null && hasNoKeys(name)) {
                warnings.add(pattern.title() + " '" + name + "': " + text(limit) + because(name));
            }
        });
        for (String base : resolver.written().bases(pattern)) {
            ValueWithOrigin limit = resolver.writtenMaxKeysOfBase(pattern, base);
            if (limit != null && !inherited.contains(base) && isWithoutKeys(base, names)) {
                warnings.add("The base '" + base + "' of " + pattern.title() + ": " + text(limit)
                        + "no instance that builds on it has keys. Set a key in the annotation of one, or remove "
                        + KEY + ".");
            }
        }
        return warnings;
    }

    /** Whether a name is that of an instance and of no family, as far as is known. */
    private boolean hasNoKeys(String name) {
        return !used.families().contains(name) && (used.contains(name) || Families.mayBeKey(name));
    }

    /** Whether instances build on a base, and none of them has keys, or may have keys later. */
    private boolean isWithoutKeys(String base, Set<String> names) {
        Set<String> building = new LinkedHashSet<>(names);
        building.removeIf(name -> !resolver.basesOf(pattern, name).contains(base));
        return !building.isEmpty() && building.stream().allMatch(this::hasNoKeys);
    }

    private String because(String name) {
        return used.contains(name)
                ? "the instance has no keys. Set a key in the annotation that names it, so that there is an"
                        + " instance for each key, or remove " + KEY + "."
                : "it is the instance of one key. Set " + KEY + " in the section of the family '"
                        + Families.familyIn(name) + "', or remove it.";
    }

    private static String text(ValueWithOrigin limit) {
        return limit.origin() + " is '" + limit.value() + "', but has no effect, because ";
    }
}
