package io.netrun.resilience.spring.settings;

import io.netrun.resilience.CallRejectedException;
import io.netrun.resilience.ResilienceException;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds exceptions of other libraries in the settings of instances. They are legal, since a method may throw them
 * itself, but are most likely leftovers of a migration: the policies never throw them.
 */
public final class ForeignExceptions {

    private ForeignExceptions() {}

    /** One warning per such exception and instance; only one for a value that several instances share. */
    public static List<String> warnings(EffectiveSettings instances) {
        Set<String> warnings = new LinkedHashSet<>();
        for (PatternDescriptor<?, ?> pattern : PatternDescriptors.all()) {
            for (String name : instances.names(pattern)) {
                instances
                        .settings(pattern, name)
                        .ifPresent(settings -> warnings.addAll(warnings(pattern, name, settings)));
            }
        }
        return List.copyOf(warnings);
    }

    private static List<String> warnings(PatternDescriptor<?, ?> pattern, String name, ResolvedSettings<?> settings) {
        List<String> warnings = new ArrayList<>();
        for (Setting setting : Setting.of(pattern)) {
            if (setting.isWritable() && setting.valueIn(settings.config()) instanceof List<?> values) {
                for (Object value : values) {
                    if (value instanceof Class<?> type) {
                        ForeignNames.exception(type.getName())
                                .filter(thrown -> !isCovered(thrown, values))
                                .ifPresent(thrown -> warnings.add(
                                        where(pattern, name, setting, settings.origin(setting.name())) + " names "
                                                + type.getName() + ", which no policy of this library throws. Use "
                                                + thrown + " to match the failures of its policies."));
                    }
                }
            }
        }
        return warnings;
    }

    /** Whether the list also names this library's exception or one of its superclasses. */
    private static boolean isCovered(String thrown, List<?> values) {
        return values.stream()
                .anyMatch(value -> value instanceof Class<?> named
                        && (named.getName().equals(thrown)
                                || named.isAssignableFrom(ResilienceException.class)
                                || named == CallRejectedException.class));
    }

    private static String where(PatternDescriptor<?, ?> pattern, String name, Setting setting, String origin) {
        return origin.startsWith(SettingsResolver.ROOT + ".")
                ? origin
                : pattern.title() + " '" + name + "': " + setting.name() + " (" + origin + ")";
    }
}
