package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.Option;
import io.netrun.resilience.spring.pattern.Pattern;
import io.netrun.resilience.spring.pattern.Patterns;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertyResolver;

/**
 * Finds the settings of an instance, one by one: what the configuration says for the instance wins, then what the
 * annotation says, then what the configuration says for all instances of the pattern, then the built-in default. The same
 * code serves every pattern, because a pattern's configuration record declares its settings.
 */
public final class SettingsResolver {

    static final String ROOT = "resilience";

    private final ConfigurableEnvironment environment;
    private final PropertyReader properties;

    public SettingsResolver(ConfigurableEnvironment environment) {
        this.environment = environment;
        this.properties = new PropertyReader(environment);
    }

    /**
     * The settings of an instance.
     *
     * @param said what the annotation says, by Java name; values are strings, numbers or arrays of classes
     * @param where the method or class that says it, for messages
     * @throws ResilienceConfigurationException if a value can not be read, or is out of its range
     */
    public <C extends Record> ResolvedSettings<C> resolve(
            Pattern<?, C> pattern, String name, Map<String, Object> said, String where) {
        Map<String, Object> values = new LinkedHashMap<>();
        Map<String, String> origins = new LinkedHashMap<>();
        List<Problem> problems = new ArrayList<>();
        List<ConfigurationPropertyName> own = properties.written(ofInstance(pattern, name));
        List<ConfigurationPropertyName> common = properties.written(List.of(ofDefaults(pattern)));
        for (Setting setting : Setting.of(pattern)) {
            Found found =
                    orElse(builtIn(pattern, setting), problems, () -> find(pattern, name, setting, own, said, common));
            values.put(setting.name(), found.value());
            if (setting.isWritable()) {
                origins.put(setting.name(), found.origin());
            }
        }
        C config = orElse(pattern.type().defaults(), problems, () -> construct(pattern, name, values, origins, where));
        pattern.options().forEach(option -> collect(problems, () -> option(pattern, name, option)));
        throwIfAny(problems);
        return new ResolvedSettings<>(config, origins, option(pattern, name, Option.ENABLED));
    }

    /**
     * Reads what the configuration says for all instances of a pattern, even if there is none to which it applies.
     *
     * @throws ResilienceConfigurationException if a value can not be read
     */
    public void requireReadableDefaults(Pattern<?, ?> pattern) {
        List<Problem> problems = new ArrayList<>();
        for (Setting setting : Setting.of(pattern)) {
            if (setting.isWritable()) {
                collect(problems, () -> properties.find(ofDefaults(pattern).append(setting.key()), setting.type()));
            }
        }
        pattern.options()
                .forEach(option -> collect(
                        problems, () -> properties.find(ofDefaults(pattern).append(option.key()), type(option))));
        throwIfAny(problems);
    }

    /**
     * The classes that the configuration names in settings, of all instances and patterns. A value that can not be read is passed
     * over: the start of the application tells of it.
     */
    Set<Class<?>> namedClasses() {
        WrittenSettings written = WrittenSettings.in(environment);
        Set<Class<?>> classes = new LinkedHashSet<>();
        for (Pattern<?, ?> pattern : Patterns.all()) {
            List<ConfigurationPropertyName> sections = new ArrayList<>(List.of(ofDefaults(pattern)));
            written.instances(pattern).forEach(name -> sections.addAll(ofInstance(pattern, name)));
            for (Setting setting : Setting.of(pattern)) {
                if (setting.isWritable() && setting.type().toClass() == List.class) {
                    sections.forEach(section -> classes.addAll(classesIn(section.append(setting.key()), setting)));
                }
            }
        }
        return classes;
    }

    private List<Class<?>> classesIn(ConfigurationPropertyName property, Setting setting) {
        return orElse(List.of(), new ArrayList<>(), () -> {
            Found found = properties.find(property, setting.type());
            return found != null && found.value() instanceof List<?> values
                    ? values.stream().<Class<?>>map(value -> (Class<?>) value).toList()
                    : List.of();
        });
    }

    /** Takes a step; where it fails, what is wrong is kept and the way goes on, so that all problems are told at once. */
    private static <T> T orElse(T otherwise, List<Problem> problems, Supplier<T> step) {
        try {
            return step.get();
        } catch (ResilienceConfigurationException e) {
            problems.addAll(e.problems());
            return otherwise;
        }
    }

    private static void collect(List<Problem> problems, Runnable step) {
        orElse(true, problems, () -> {
            step.run();
            return true;
        });
    }

    private static void throwIfAny(List<Problem> problems) {
        if (!problems.isEmpty()) {
            throw new ResilienceConfigurationException(problems);
        }
    }

    /**
     * What the configuration says of an instance, or of all.
     *
     * @throws ResilienceConfigurationException if the value can not be read
     */
    <T> T option(Pattern<?, ?> pattern, String name, Option<T> option) {
        List<ConfigurationPropertyName> sections = new ArrayList<>(ofInstance(pattern, name));
        sections.add(ofDefaults(pattern));
        Found found = properties.firstIn(properties.written(sections), option.key(), type(option));
        return found == null ? option.builtIn() : option.type().cast(Objects.requireNonNull(found.value()));
    }

    private Found find(
            Pattern<?, ?> pattern,
            String name,
            Setting setting,
            List<ConfigurationPropertyName> own,
            Map<String, Object> said,
            List<ConfigurationPropertyName> common) {
        if (setting.isWritable()) {
            Found found = properties.firstIn(own, setting.key(), setting.type());
            if (found != null) {
                return found;
            }
            Object annotated = said.get(setting.name());
            if (annotated != null) {
                return new Found(convert(pattern, name, setting, annotated), Found.ANNOTATION);
            }
            found = properties.firstIn(common, setting.key(), setting.type());
            if (found != null) {
                return found;
            }
        }
        return builtIn(pattern, setting);
    }

    private static Found builtIn(Pattern<?, ?> pattern, Setting setting) {
        return new Found(setting.valueIn(pattern.type().defaults()), Found.BUILT_IN);
    }

    private @Nullable Object convert(Pattern<?, ?> pattern, String name, Setting setting, Object said) {
        if (said instanceof Class<?>[] classes) {
            return List.of(classes);
        }
        String what = "@" + pattern.title() + " of '" + name + "': " + setting.name();
        Object value = said instanceof String text ? resolved(text, environment, what) : said;
        return properties.convert(value, setting.type(), what);
    }

    /**
     * What an annotation says, with its placeholders replaced.
     *
     * @param what it is about, for messages
     * @throws ResilienceConfigurationException if a placeholder stands for nothing
     */
    public static String resolved(String text, PropertyResolver environment, String what) {
        try {
            return environment.resolveRequiredPlaceholders(text);
        } catch (IllegalArgumentException unknown) {
            throw SettingProblems.unresolved(what, text);
        }
    }

    private static ResolvableType type(Option<?> option) {
        return ResolvableType.forClass(option.type());
    }

    private static <C extends Record> C construct(
            Pattern<?, C> pattern, String name, Map<String, Object> values, Map<String, String> origins, String where) {
        try {
            return Setting.with(pattern.type().defaults(), values);
        } catch (IllegalArgumentException e) {
            throw SettingProblems.outOfRange(pattern, name, String.valueOf(e.getMessage()), origins, where);
        }
    }

    /**
     * The section of an instance, in the two ways of writing a name with dots: {@code instances[A.method]} and
     * {@code instances.A.method}.
     */
    private static List<ConfigurationPropertyName> ofInstance(Pattern<?, ?> pattern, String name) {
        if (name.contains("[") || name.contains("]")) {
            return List.of();
        }
        String instances = ROOT + "." + pattern.key() + ".instances";
        return List.of(
                ConfigurationPropertyName.of(instances).append("[" + name + "]"),
                ConfigurationPropertyName.adapt(instances + "." + name, '.'));
    }

    private static ConfigurationPropertyName ofDefaults(Pattern<?, ?> pattern) {
        return ConfigurationPropertyName.of(ROOT + "." + pattern.key() + ".defaults");
    }
}
