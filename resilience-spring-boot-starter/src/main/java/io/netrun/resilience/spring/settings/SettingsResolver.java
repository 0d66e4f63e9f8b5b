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
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.convert.ApplicationConversionService;
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
    private final ApplicationConversionService conversion = new ApplicationConversionService();
    private final Binder binder;

    public SettingsResolver(ConfigurableEnvironment environment) {
        this.environment = environment;
        Patterns.all().forEach(pattern -> pattern.registerConverters(conversion));
        this.binder = binder(ConfigurationPropertySources.get(environment));
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
        List<ConfigurationPropertyName> own = written(ofInstance(pattern, name));
        List<ConfigurationPropertyName> common = written(List.of(ofDefaults(pattern)));
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
                collect(problems, () -> bind(ofDefaults(pattern).append(setting.key()), setting.type()));
            }
        }
        pattern.options()
                .forEach(option ->
                        collect(problems, () -> bind(ofDefaults(pattern).append(option.key()), type(option))));
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
            Found found = bind(property, setting.type());
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
        Found found = firstIn(written(sections), option.key(), type(option));
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
            Found found = firstIn(own, setting.key(), setting.type());
            if (found != null) {
                return found;
            }
            Object annotated = said.get(setting.name());
            if (annotated != null) {
                return new Found(convert(pattern, name, setting, annotated), "annotation");
            }
            found = firstIn(common, setting.key(), setting.type());
            if (found != null) {
                return found;
            }
        }
        return builtIn(pattern, setting);
    }

    private @Nullable Found firstIn(List<ConfigurationPropertyName> sections, String key, ResolvableType type) {
        for (ConfigurationPropertyName section : sections) {
            Found bound = bind(section.append(key), type);
            if (bound != null) {
                return bound;
            }
        }
        return null;
    }

    /**
     * Those sections in which anything may be written. Asked before any key is: most instances have no section at all, and
     * the look-ups of each key in each source would make up most of the start-up, and stay in Spring Boot's caches.
     */
    private List<ConfigurationPropertyName> written(List<ConfigurationPropertyName> sections) {
        return sections.stream()
                .filter(section -> StreamSupport.stream(
                                ConfigurationPropertySources.get(environment).spliterator(), false)
                        .anyMatch(source -> source.containsDescendantOf(section) != ConfigurationPropertyState.ABSENT))
                .toList();
    }

    private static Found builtIn(Pattern<?, ?> pattern, Setting setting) {
        return new Found(setting.valueIn(pattern.type().defaults()), "default");
    }

    private @Nullable Found bind(ConfigurationPropertyName property, ResolvableType type) {
        try {
            return binder.bind(property, Bindable.of(type))
                    .map(value -> new Found(value, origin(property)))
                    .orElse(null);
        } catch (BindException e) {
            throw unreadable(origin(property) + " is '" + textOf(property) + "'", type, e);
        }
    }

    private @Nullable Object convert(Pattern<?, ?> pattern, String name, Setting setting, Object said) {
        if (said instanceof Class<?>[] classes) {
            return List.of(classes);
        }
        Object value = said instanceof String text
                ? resolved(text, environment, "@" + pattern.title() + " of '" + name + "': " + setting.name())
                : said;
        try {
            return binder(List.of(new MapConfigurationPropertySource(Map.of("value", value))))
                    .bind("value", Bindable.of(setting.type()))
                    .orElse(null);
        } catch (BindException e) {
            throw unreadable(
                    "@" + pattern.title() + " of '" + name + "': " + setting.name() + " is '" + value + "'",
                    setting.type(),
                    e);
        }
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
            throw new ResilienceConfigurationException(List.of(new Problem(
                    what + " is '" + text + "', which has a placeholder that stands for nothing",
                    "Set the property that it names, or give it a default, as in ${property:default}")));
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
            throw outOfRange(pattern, name, String.valueOf(e.getMessage()), origins, where);
        }
    }

    /** The record's message starts with the name of the field, which tells whom to blame. */
    private static ResilienceConfigurationException outOfRange(
            Pattern<?, ?> pattern, String name, String message, Map<String, String> origins, String where) {
        String field = message.split(" ", 2)[0];
        String origin = origins.getOrDefault(field, "default");
        String remedy = switch (origin) {
            case "annotation" -> "Change it where it is said: the annotation @" + pattern.title() + " of " + where;
            case "default" -> "Nobody said it, it is the default: say it too, or change what does not go with it";
            default -> "Change it where it is said: " + origin;
        };
        return new ResilienceConfigurationException(
                List.of(new Problem(pattern.title() + " '" + name + "': " + message, remedy)));
    }

    private static ResilienceConfigurationException unreadable(String what, ResolvableType type, BindException e) {
        return new ResilienceConfigurationException(List.of(
                new Problem(what + ", which can not be read as " + Expected.of(type), Expected.remedy(type, e))));
    }

    private String textOf(ConfigurationPropertyName property) {
        return binder.bind(property, Bindable.of(Object.class))
                .map(String::valueOf)
                .orElse("");
    }

    /** The property with the place where it was written, if that is known. */
    private String origin(ConfigurationPropertyName property) {
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            var found = Optional.ofNullable(source.getConfigurationProperty(property))
                    .or(() -> Optional.ofNullable(source.getConfigurationProperty(property.append("[0]"))));
            if (found.isPresent()) {
                var origin = found.get().getOrigin();
                return origin == null ? property.toString() : property + " (" + origin + ")";
            }
        }
        return property.toString();
    }

    private Binder binder(Iterable<ConfigurationPropertySource> sources) {
        return new Binder(sources, new PropertySourcesPlaceholdersResolver(environment), conversion, null);
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

    private record Found(@Nullable Object value, String origin) {}
}
