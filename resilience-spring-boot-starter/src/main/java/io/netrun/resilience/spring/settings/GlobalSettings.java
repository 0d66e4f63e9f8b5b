package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.KeyedMeters;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.Environment;

/**
 * The settings directly under the root, which apply to the whole application. They are read before the start-up check
 * validates them. Until then, an invalid setting counts as not set, so that its problem does not hide others.
 */
public final class GlobalSettings {

    private GlobalSettings() {}

    /** A setting, or the default if it is absent or invalid. */
    public static <T> T orElse(Environment environment, String key, Class<T> type, T otherwise) {
        try {
            return find(environment, key, type).orElse(otherwise);
        } catch (ResilienceConfigurationException wrong) {
            return otherwise;
        }
    }

    /** The problems of these settings. */
    public static List<Problem> problems(Environment environment, Class<?> adviceMode, Class<?> validation) {
        List<Problem> problems = new ArrayList<>();
        Rebinding.collect(problems, () -> find(environment, "enabled", Boolean.class));
        Rebinding.collect(problems, () -> find(environment, "observations.enabled", Boolean.class));
        Rebinding.collect(problems, () -> find(environment, "advice-mode", adviceMode));
        Rebinding.collect(problems, () -> find(environment, "validation", validation));
        Rebinding.collect(problems, () -> find(environment, "propagate-mdc", Boolean.class));
        Rebinding.collect(problems, () -> find(environment, "metrics.keyed", KeyedMeters.class));
        Rebinding.collect(problems, () -> find(environment, "fleet.enabled", Boolean.class));
        Rebinding.collect(problems, () -> PipelineOrder.required(environment));
        return problems;
    }

    /** Where a setting is configured: its name, with the file and line if they are known. */
    public static String location(Environment environment, String property) {
        return Section.location(ConfigurationPropertySources.get(environment), ConfigurationPropertyName.of(property));
    }

    /**
     * A setting; empty if it is absent.
     *
     * @param key the key under the root
     * @throws ResilienceConfigurationException if its value is not one of the type, or has an unknown placeholder
     */
    public static <T> Optional<T> find(Environment environment, String key, Class<T> type) {
        String property = SettingsResolver.ROOT + "." + key;
        try {
            T value = Binder.get(environment).bind(property, type).orElse(null);
            if (value instanceof String text && text.contains("${")) {
                throw SettingProblems.unresolved(location(environment, property), text);
            }
            return Optional.ofNullable(value);
        } catch (BindException e) {
            String text = Binder.get(environment)
                    .bind(property, Object.class)
                    .map(String::valueOf)
                    .orElse("");
            throw SettingProblems.unreadable(
                    location(environment, property) + " is '" + text + "'", ResolvableType.forClass(type), e);
        }
    }
}
