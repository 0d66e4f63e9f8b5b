package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;

/**
 * Settings of names that nobody asks for. Their bean may be missing in this profile, in this test, or in this one of
 * the applications that share a configuration, or code may ask for them later; so they are worth a warning. Only where
 * the name is most likely a mistyped one of an instance that has no settings, and the configuration is this
 * application's own, is that a problem.
 */
public final class UnusedSettings {

    /** Spring Boot's key of a document that is there in some profiles only. */
    private static final String ON_PROFILE = "spring.config.activate.on-profile";

    /** Sources that several applications have in common: a configuration server, a cluster, a vault. */
    private static final java.util.regex.Pattern SHARED = java.util.regex.Pattern.compile(
            "(?i)^(bootstrapProperties|configserver:|configClient)|vault|consul|configmap|secret|zookeeper|nacos|apollo");

    private static final java.util.regex.Pattern PROFILE_FILE =
            java.util.regex.Pattern.compile("-([^-/\\\\]+)\\.(ya?ml|properties|xml)\\b");

    private UnusedSettings() {}

    /**
     * Looks at the settings of a pattern's instances.
     *
     * @param problems called with each name that is most likely mistyped
     * @param warnings called with a sentence for each other name that nobody asks for
     */
    public static void check(
            PatternDescriptor<?, ?> pattern,
            InstanceFactory instances,
            Environment environment,
            Consumer<Problem> problems,
            Consumer<String> warnings) {
        WrittenSettings written = instances.written();
        Set<String> asked = instances.asked(pattern);
        Set<String> withoutSettings = new TreeSet<>(asked);
        withoutSettings.removeAll(written.instances(pattern));
        for (String name : written.instances(pattern)) {
            if (asked.contains(name)) {
                continue;
            }
            String unused =
                    pattern.title() + " '" + name + "' has settings in the configuration, but no annotation names it";
            String meant = isOwn(written.documents(pattern, name), environment)
                    ? SpellingSuggestion.mistyped(name, withoutSettings)
                    : "";
            if (meant.isEmpty()) {
                if (instances.decides(pattern, name)) { // otherwise the check of another context has warned of it
                    warnings.accept(unused + ": only code that asks the registry uses it.");
                }
            } else {
                problems.accept(Problem.tolerable(
                        unused, "Did you mean '" + meant + "', which an annotation names and nobody configures?"));
            }
        }
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
