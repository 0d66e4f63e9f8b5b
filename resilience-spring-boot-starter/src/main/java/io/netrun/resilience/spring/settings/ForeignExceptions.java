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
 * Exceptions of other libraries in the settings of instances. They are legal, since a method may throw them itself, but
 * most likely they are left from before: the policies never throw them.
 */
public final class ForeignExceptions {

    private ForeignExceptions() {}

    /** A sentence for each such exception in the settings of an instance; one for a value that several share. */
    public static List<String> warnings(InForce instances) {
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
                                                + type.getName() + ", which no policy of this library throws. Name "
                                                + thrown + " if the failures of its policies are meant."));
                    }
                }
            }
        }
        return warnings;
    }

    /** Whether a list names the exception that is thrown here, or a superclass, beside the foreign one. */
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
