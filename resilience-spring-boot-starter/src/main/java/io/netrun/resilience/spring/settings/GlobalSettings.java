package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
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
            return read(environment, key, Bindable.of(type)).orElse(otherwise);
        } catch (ResilienceConfigurationException wrong) {
            return otherwise;
        }
    }

    /** The problems of these settings. */
    public static List<Problem> problems(Environment environment, Collection<GlobalSetting<?>> settings) {
        List<Problem> problems = new ArrayList<>();
        settings.forEach(setting ->
                Problem.collect(problems, () -> read(environment, setting.key(), Bindable.of(setting.type()))));
        Problem.collect(problems, () -> PipelineOrder.required(environment));
        return problems;
    }

    /** The values of these settings by key. An invalid setting counts as not set. */
    public static Map<String, Object> values(Environment environment, Collection<GlobalSetting<?>> settings) {
        Map<String, Object> values = new LinkedHashMap<>();
        settings.forEach(setting -> values.put(setting.key(), setting.in(environment)));
        values.put(PipelineOrder.KEY, PipelineOrder.of(environment));
        return values;
    }

    /**
     * A setting; empty if it is absent.
     *
     * @param key the key under the root
     * @throws ResilienceConfigurationException if its value is not one of the type, or has an unknown placeholder
     */
    public static <T> Optional<T> find(Environment environment, String key, Class<T> type) {
        Optional<T> value = read(environment, key, Bindable.of(type));
        if (value.isPresent() && value.get() instanceof String text && text.contains("${")) {
            throw SettingProblems.unresolved(location(environment, key), text);
        }
        return value;
    }

    /**
     * Where a setting is configured: its name, with the file and line if they are known.
     *
     * @param key the key under the root
     */
    public static String location(Environment environment, String key) {
        return Section.location(ConfigurationPropertySources.get(environment), name(key));
    }

    /**
     * Reads a setting.
     *
     * @throws ResilienceConfigurationException if the value cannot be read
     */
    static <T> Optional<T> read(Environment environment, String key, Bindable<T> type) {
        if (isAbsent(environment, name(key))) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(new Binder(
                            ConfigurationPropertySources.get(environment),
                            new PropertySourcesPlaceholdersResolver(environment),
                            TextualConversion.shared())
                    .bind(name(key), type)
                    .orElse(null));
        } catch (BindException e) {
            String where = location(environment, key);
            throw Placeholders.cycle(e)
                    .map(cycle -> SettingProblems.circular(where, cycle))
                    .orElseGet(() -> SettingProblems.unreadable(
                            where + " is '" + text(environment, key) + "'", type.getType(), e));
        }
    }

    /** Most are. A binder is created with converters for all types, which a start would wait for with each setting. */
    private static boolean isAbsent(Environment environment, ConfigurationPropertyName name) {
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source.getConfigurationProperty(name) != null
                    || source.containsDescendantOf(name) != ConfigurationPropertyState.ABSENT) {
                return false;
            }
        }
        return true;
    }

    private static String text(Environment environment, String key) {
        return Binder.get(environment)
                .bind(name(key), Bindable.of(Object.class))
                .map(String::valueOf)
                .orElse("");
    }

    private static ConfigurationPropertyName name(String key) {
        return ConfigurationPropertyName.of(SettingsResolver.ROOT + "." + key);
    }
}
