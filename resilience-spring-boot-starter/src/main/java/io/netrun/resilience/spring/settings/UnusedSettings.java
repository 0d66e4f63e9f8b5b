package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.SpellingSuggestion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;

/**
 * Finds settings for names that are not in use. Their bean may be missing in this profile, in this test, or in one of
 * the applications that share a configuration, or code may request them later, so they produce a warning. It is a
 * problem only if the name looks like a misspelling of an instance without settings, and the configuration belongs to
 * this application alone.
 */
public final class UnusedSettings {

    /** Spring Boot's key that limits a document to profiles. */
    private static final String ON_PROFILE = "spring.config.activate.on-profile";

    /** Sources that several applications may share: a configuration server, a cluster, a vault. */
    private static final java.util.regex.Pattern SHARED =
            java.util.regex.Pattern.compile("(?i)^(bootstrapProperties|configserver:|configClient)"
                    + "|vault|consul|configmap|secret|zookeeper|nacos|apollo");

    private static final java.util.regex.Pattern PROFILE_FILE =
            java.util.regex.Pattern.compile("-([^-/\\\\]+)\\.(ya?ml|properties|xml)\\b");

    private static final java.util.regex.Pattern UNBRACKETED =
            java.util.regex.Pattern.compile("(?i)[^.]+\\.[^.]+\\.instances\\.([^\\[\\]]+)\\.[^.]+");

    private UnusedSettings() {}

    /**
     * A problem for each name that is probably misspelled.
     *
     * @param asked the names of the pattern's instances that are in use
     */
    public static List<Problem> mistyped(
            PatternDescriptor<?, ?> pattern, Set<String> asked, ConfiguredSettings written, Environment environment) {
        return written.instances(pattern).stream()
                .flatMap(name -> mistyped(pattern, name, asked, written, environment).stream())
                .toList();
    }

    /** The problem of a name that is probably misspelled. */
    static Optional<Problem> mistyped(
            PatternDescriptor<?, ?> pattern,
            String name,
            Set<String> asked,
            ConfiguredSettings written,
            Environment environment) {
        String meant = meant(pattern, name, asked, written, environment);
        if (meant.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(Problem.tolerable(
                unused(pattern, name, written),
                withoutBrackets(name, asked).equals(meant)
                        ? ConfiguredSettings.inBrackets(meant)
                        : "Did you mean '" + meant + "', which is in use and has no settings?"));
    }

    /** The name in use that has lost characters in the configuration; empty if there is none. */
    private static String withoutBrackets(String name, Set<String> asked) {
        return asked.stream()
                .filter(candidate -> !candidate.equals(name)
                        && ConfiguredSettings.withoutBrackets(candidate).equals(name))
                .findFirst()
                .orElse("");
    }

    /**
     * A warning for each other name that is not in use.
     *
     * @param later what may still use instances, as a sentence; empty if nothing may
     */
    public static List<String> warnings(
            PatternDescriptor<?, ?> pattern, InstanceFactory instances, Environment environment, String later) {
        ConfiguredSettings written = instances.written();
        Set<String> asked = instances.requestedNames(pattern);
        List<String> warnings = new ArrayList<>();
        for (String name : written.instances(pattern)) {
            if (!asked.contains(name)
                    && !Families.mayBeKey(name)
                    && meant(pattern, name, asked, written, environment).isEmpty()
                    && instances.decides(pattern, name)) { // otherwise the check of another context has warned about it
                warnings.add(warning(pattern, name, written, later));
            }
        }
        return warnings;
    }

    /** The warning for a name that is not in use. */
    static String warning(PatternDescriptor<?, ?> pattern, String name, ConfiguredSettings written, String later) {
        String key = nameAsWritten(written.property(pattern, name));
        return unused(pattern, name, written)
                + (later.isEmpty()
                        ? ": no annotation names it, and no code has requested it from the registry."
                        : " so far. " + later)
                + (key.equals(name) || key.isEmpty() ? "" : " " + ConfiguredSettings.inBrackets(key) + ".");
    }

    /** The name of an instance as its source spells it; empty if it is in brackets. */
    private static String nameAsWritten(Property property) {
        Matcher name = UNBRACKETED.matcher(property.written());
        return name.matches() ? name.group(1) : "";
    }

    /** One message for each instance that has its own settings and that a family will create. */
    public static List<String> ofKeys(PatternDescriptor<?, ?> pattern, InstanceFactory instances) {
        Set<String> asked = instances.requestedNames(pattern);
        return instances.written().instances(pattern).stream()
                .filter(Families::mayBeKey)
                .filter(name -> !asked.contains(name))
                .filter(name -> instances.decides(pattern, name))
                .map(name -> pattern.title() + " '" + name
                        + "' has settings in the configuration. They apply when the family '"
                        + Families.familyIn(name) + "' creates the instance of this key.")
                .toList();
    }

    private static String unused(PatternDescriptor<?, ?> pattern, String name, ConfiguredSettings written) {
        return pattern.title() + " '" + name + "' has settings in the configuration ("
                + written.property(pattern, name).origin() + "), but is not in use";
    }

    /** The name in use that was probably meant; empty if there is none. */
    private static String meant(
            PatternDescriptor<?, ?> pattern,
            String name,
            Set<String> asked,
            ConfiguredSettings written,
            Environment environment) {
        if (asked.contains(name) || !isOwn(written.documents(pattern, name), environment)) {
            return "";
        }
        String unbracketed = withoutBrackets(name, asked);
        if (!unbracketed.isEmpty()) {
            return unbracketed;
        }
        Set<String> withoutSettings = new TreeSet<>(asked);
        withoutSettings.removeAll(written.instances(pattern));
        return SpellingSuggestion.mistyped(name, withoutSettings);
    }

    private static boolean isOwn(Set<PropertySource<?>> documents, Environment environment) {
        return documents.stream().noneMatch(document -> isConditional(document, environment) || isShared(document));
    }

    private static boolean isConditional(PropertySource<?> document, Environment environment) {
        Matcher file = PROFILE_FILE.matcher(document.getName());
        return document.containsProperty(ON_PROFILE)
                || document.containsProperty(ON_PROFILE + "[0]")
                || (file.find() && isActive(file.group(1), environment));
    }

    private static boolean isActive(String profile, Environment environment) {
        return List.of(environment.getActiveProfiles()).contains(profile)
                || List.of(environment.getDefaultProfiles()).contains(profile);
    }

    private static boolean isShared(PropertySource<?> document) {
        return SHARED.matcher(document.getName()).find();
    }
}
