package io.netrun.resilience.spring.settings;

import io.netrun.resilience.InvalidSettingException;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.core.ResolvableType;

/** Creates the problems of invalid settings. */
final class SettingProblems {

    private SettingProblems() {}

    /** A value that cannot be converted to the type of its setting. */
    static ResilienceConfigurationException unreadable(String what, ResolvableType type, Exception e) {
        return of(what + ", which cannot be read as " + ExpectedFormat.of(type), ExpectedFormat.remedy(type, e));
    }

    /** A list that contains anything other than exception classes. */
    static ResilienceConfigurationException noClasses(String what, ResolvableType type, List<String> names) {
        return of(what + ", which cannot be read as " + ExpectedFormat.of(type), ExpectedFormat.remedyOfClasses(names));
    }

    /** A key without a value. */
    static ResilienceConfigurationException empty(String what, ResolvableType type) {
        return of(what + " is empty", "Write " + ExpectedFormat.of(type) + ", or remove the key");
    }

    /** A list where a single value is required. */
    static ResilienceConfigurationException list(String what, ResolvableType type) {
        return of(what + ", but takes a single value", "Write " + ExpectedFormat.of(type));
    }

    /** A placeholder that cannot be resolved. */
    static ResilienceConfigurationException unresolved(String what, String text) {
        return of(
                what + " is '" + text + "', which has a placeholder that cannot be resolved",
                "Set the property that it names, or give it a default, such as ${property:default}");
    }

    /** Placeholders that lead back to themselves. */
    static ResilienceConfigurationException circular(String what, String cycle) {
        return of(
                what + " has placeholders that form a cycle: " + cycle,
                "Write a value in place of one of these placeholders");
    }

    /**
     * A value that the pattern's record rejects.
     *
     * @param wrong the exception of the record, whose field leads to the origin
     * @param origins the origin of each setting, by Java name
     * @param where the method or class that may have the annotation
     */
    static Problem outOfRange(
            PatternDescriptor<?, ?> pattern,
            String name,
            InvalidSettingException wrong,
            Map<String, String> origins,
            String where) {
        String origin = origins.getOrDefault(wrong.field(), ValueWithOrigin.BUILT_IN);
        if (isForAll(pattern, origin) && wrong.conflictingFields().isEmpty()) {
            return outOfRangeForAll(pattern, wrong, origins); // the same for each instance
        }
        String remedy = switch (origin) {
            case ValueWithOrigin.ANNOTATION -> "Change it in the annotation @" + pattern.title() + " of " + where;
            case ValueWithOrigin.BUILT_IN ->
                "This is the default. Set it explicitly, or change the conflicting setting"
                        + conflicting(wrong, origins, where);
            default -> "Change it here: " + origin;
        };
        return new Problem(pattern.title() + " '" + name + "': " + wrong.getMessage(), remedy);
    }

    private static boolean isForAll(PatternDescriptor<?, ?> pattern, String origin) {
        return origin.startsWith(SettingsResolver.ofDefaults(pattern) + ".")
                || origin.startsWith(Bases.root(pattern) + "[");
    }

    /** Where the settings are written that conflict with a default. */
    private static String conflicting(InvalidSettingException wrong, Map<String, String> origins, String where) {
        String written = wrong.conflictingFields().stream()
                .map(field -> origins.getOrDefault(field, ValueWithOrigin.BUILT_IN))
                .filter(origin -> !origin.equals(ValueWithOrigin.BUILT_IN))
                .map(origin -> origin.equals(ValueWithOrigin.ANNOTATION) ? "annotation of " + where : origin)
                .distinct()
                .collect(Collectors.joining(", "));
        return written.isEmpty() ? "" : ": " + written;
    }

    /** An invalid value in the defaults for all instances of a pattern, or in one of its bases. */
    static Problem outOfRangeForAll(
            PatternDescriptor<?, ?> pattern, InvalidSettingException wrong, Map<String, String> origins) {
        String origin = String.valueOf(origins.get(wrong.field()));
        String section = origin.startsWith(Bases.root(pattern)) ? "A base of " : "Defaults of ";
        return new Problem(section + pattern.title() + ": " + wrong.getMessage(), "Change it here: " + origin);
    }

    private static ResilienceConfigurationException of(String description, String remedy) {
        return new ResilienceConfigurationException(List.of(new Problem(description, remedy)));
    }
}
