package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.List;
import java.util.Map;
import org.springframework.core.ResolvableType;

/** What there is to say of a setting that is wrong. */
final class SettingProblems {

    private SettingProblems() {}

    /** A value that is not what its setting takes. */
    static ResilienceConfigurationException unreadable(String what, ResolvableType type, Exception e) {
        return of(what + ", which can not be read as " + ExpectedFormat.of(type), ExpectedFormat.remedy(type, e));
    }

    /** A key without a value. */
    static ResilienceConfigurationException empty(String what, ResolvableType type) {
        return of(what + " is empty", "Write " + ExpectedFormat.of(type) + ", or remove the key");
    }

    /** Several values where there can be one. */
    static ResilienceConfigurationException list(String what, ResolvableType type) {
        return of(what + ", which has one value", "Write " + ExpectedFormat.of(type));
    }

    /** A placeholder that stands for nothing. */
    static ResilienceConfigurationException unresolved(String what, String text) {
        return of(
                what + " is '" + text + "', which has a placeholder that stands for nothing",
                "Set the property that it names, or give it a default, as in ${property:default}");
    }

    /**
     * A value that the pattern's record rejects. The record's message starts with the name of the field, which leads to
     * the origin.
     *
     * @param origins where each setting comes from
     * @param where the method or class whose annotation it may be
     */
    static Problem outOfRange(
            PatternDescriptor<?, ?> pattern, String name, String message, Map<String, String> origins, String where) {
        String field = Ranges.field(message);
        String origin = origins.getOrDefault(field, ValueWithOrigin.BUILT_IN);
        if (origin.startsWith(SettingsResolver.ofDefaults(pattern) + ".")
                && Ranges.isAbout(field, message, pattern.type().defaults())) {
            return outOfRangeForAll(pattern, message, origins); // the same for each instance
        }
        String remedy = switch (origin) {
            case ValueWithOrigin.ANNOTATION -> "Change it in the annotation @" + pattern.title() + " of " + where;
            case ValueWithOrigin.BUILT_IN ->
                "This is the default. Set it explicitly, or change the conflicting setting";
            default -> "Change it here: " + origin;
        };
        return new Problem(pattern.title() + " '" + name + "': " + message, remedy);
    }

    /** The same, of a value for all instances of a pattern. */
    static Problem outOfRangeForAll(PatternDescriptor<?, ?> pattern, String message, Map<String, String> origins) {
        return new Problem(
                "Defaults of " + pattern.title() + ": " + message,
                "Change it here: " + origins.get(Ranges.field(message)));
    }

    private static ResilienceConfigurationException of(String description, String remedy) {
        return new ResilienceConfigurationException(List.of(new Problem(description, remedy)));
    }
}
