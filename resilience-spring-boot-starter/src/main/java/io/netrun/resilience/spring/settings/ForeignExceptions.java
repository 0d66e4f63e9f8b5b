package io.netrun.resilience.spring.settings;

import io.netrun.resilience.CallRejectedException;
import io.netrun.resilience.FailureMatcher;
import io.netrun.resilience.ResilienceException;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds exceptions of other libraries in the settings of instances. They are legal, since a method may throw them
 * itself, but are most likely leftovers of a migration: the policies never throw them.
 */
public final class ForeignExceptions {

    private static final String TIMEOUT = "java.util.concurrent.TimeoutException";

    private ForeignExceptions() {}

    /**
     * One warning per such exception and instance; only one for a value that several instances share. Without timeouts,
     * the {@link java.util.concurrent.TimeoutException} is one of the application itself.
     */
    public static List<String> warnings(EffectiveSettings instances) {
        Set<String> warnings = new LinkedHashSet<>();
        boolean limited = PatternDescriptors.all().stream()
                .filter(pattern -> pattern.key().equals("timeout"))
                .anyMatch(pattern -> !instances.names(pattern).isEmpty());
        for (PatternDescriptor<?, ?> pattern : PatternDescriptors.all()) {
            for (String name : instances.names(pattern)) {
                instances
                        .settings(pattern, name)
                        .ifPresent(settings -> warnings.addAll(warnings(pattern, name, settings, limited)));
            }
        }
        return List.copyOf(warnings);
    }

    /** One note for each class in the settings that does not exist here, which is tolerated on request. */
    public static List<String> absent(EffectiveSettings instances) {
        Set<String> notes = new LinkedHashSet<>();
        for (PatternDescriptor<?, ?> pattern : PatternDescriptors.all()) {
            for (String name : instances.names(pattern)) {
                instances.settings(pattern, name).ifPresent(settings -> notes.addAll(absent(pattern, name, settings)));
            }
        }
        return List.copyOf(notes);
    }

    private static List<String> absent(PatternDescriptor<?, ?> pattern, String name, ResolvedSettings<?> settings) {
        List<String> notes = new ArrayList<>();
        for (Setting setting : Setting.of(pattern)) {
            if (setting.isWritable()
                    && setting.isList()
                    && setting.valueIn(settings.config()) instanceof List<?> values) {
                values.stream()
                        .filter(value -> value instanceof FailureMatcher matcher && matcher.isAbsent())
                        .forEach(value -> notes.add(where(pattern, name, setting, settings.origin(setting.name()))
                                + " names " + value + ", which is not on the class path and matches no failure."));
            }
        }
        return notes;
    }

    private static List<String> warnings(
            PatternDescriptor<?, ?> pattern, String name, ResolvedSettings<?> settings, boolean limited) {
        List<String> warnings = new ArrayList<>();
        for (Setting setting : Setting.of(pattern)) {
            if (setting.isWritable()
                    && setting.isList()
                    && setting.valueIn(settings.config()) instanceof List<?> values) {
                for (Object value : values) {
                    if (value instanceof FailureMatcher matcher) {
                        ForeignNames.exception(matcher.toString())
                                .filter(thrown -> !isCovered(thrown, values))
                                .filter(thrown -> limited || !matcher.toString().equals(TIMEOUT))
                                .ifPresent(thrown -> warnings.add(
                                        where(pattern, name, setting, settings.origin(setting.name())) + " names "
                                                + matcher + ", which no policy of this library throws. Use "
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
                .anyMatch(value -> value instanceof FailureMatcher matcher && covers(matcher.type(), thrown));
    }

    private static boolean covers(@Nullable Class<?> named, String thrown) {
        return named != null
                && (named.getName().equals(thrown)
                        || named.isAssignableFrom(ResilienceException.class)
                        || named == CallRejectedException.class);
    }

    private static String where(PatternDescriptor<?, ?> pattern, String name, Setting setting, String origin) {
        return origin.startsWith(SettingsResolver.ROOT + ".")
                ? origin
                : pattern.title() + " '" + name + "': " + setting.name() + " (" + origin + ")";
    }
}
