package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.HealthRole;
import io.netrun.resilience.spring.pattern.Option;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.ResolvableType;
import org.springframework.core.convert.ConversionService;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertyResolver;

/**
 * Resolves the settings of an instance, each on its own. The order of precedence: the instance's section in the
 * configuration, the annotation, the section of its family, the code that requests the instance, the configured
 * defaults of the pattern, the built-in default. The same code serves every pattern, because a pattern's configuration
 * record declares its settings.
 */
public final class SettingsResolver {

    static final String ROOT = "resilience";

    private final ConfigurableEnvironment environment;
    private final PropertyReader properties;

    /** Reads an environment without an application, so that settings can refer to any bean name. */
    public SettingsResolver(ConfigurableEnvironment environment) {
        this(environment, null);
    }

    /**
     * Reads an environment.
     *
     * @param beans the beans that settings can refer to, such as executors; null to accept any name
     */
    public SettingsResolver(ConfigurableEnvironment environment, @Nullable ListableBeanFactory beans) {
        this(environment, beans, SettingConversion.create(environment));
    }

    /** For a child context, which shares the conversion with its parent. */
    SettingsResolver(
            ConfigurableEnvironment environment, @Nullable ListableBeanFactory beans, ConversionService conversion) {
        this.environment = environment;
        this.properties = new PropertyReader(environment, beans, conversion);
    }

    /**
     * Resolves the settings of an instance.
     *
     * @param annotated the settings of the annotation, by Java name; values are strings, numbers or arrays of classes
     * @param location the method or class that has the annotation, for messages
     * @param given the configuration from code, null for none
     * @throws ResilienceConfigurationException if a value cannot be read, or is out of range
     */
    public <C extends Record> ResolvedSettings<C> resolve(
            PatternDescriptor<?, C> pattern,
            String name,
            Map<String, Object> annotated,
            String location,
            @Nullable C given) {
        return resolve(pattern, new InstanceName(name, null), annotated, location, given);
    }

    /** Resolves the settings of an instance, which may be one of a family; see above. */
    <C extends Record> ResolvedSettings<C> resolve(
            PatternDescriptor<?, C> pattern,
            InstanceName instance,
            Map<String, Object> annotated,
            String location,
            @Nullable C given) {
        String name = instance.name();
        List<Problem> problems = new ArrayList<>();
        Section own = section(pattern, name);
        Section family = instance.family() == null ? null : section(pattern, instance.family());
        Section common = section(pattern);
        Set<String> unreadable = new HashSet<>();
        Levels levels = new Levels(List.of(
                read(pattern, own, problems, unreadable),
                read(pattern, name, annotated, problems, unreadable),
                family == null ? Map.of() : read(pattern, family, problems, unreadable),
                given == null ? read(pattern, common, problems, unreadable) : differing(pattern, given)));
        Map<String, Object> values = new LinkedHashMap<>();
        Map<String, String> origins = new LinkedHashMap<>();
        levels.derive(pattern, name, location, problems);
        for (Setting setting : Setting.of(pattern)) {
            ValueWithOrigin found = levels.find(setting.name());
            if (found == null) {
                found = new ValueWithOrigin(setting.valueIn(pattern.type().defaults()), ValueWithOrigin.BUILT_IN);
            }
            values.put(setting.name(), found.value());
            origins.put(setting.name(), found.origin());
        }
        C config = orElse(
                pattern.type().defaults(),
                problems,
                () -> construct(pattern, name, values, origins, location, unreadable));
        boolean enabled = orElse(true, problems, () -> option(pattern, sections(own, family, common), Option.ENABLED));
        HealthRole health =
                orElse(HealthRole.NONE, problems, () -> option(pattern, sections(own, family, common), Option.HEALTH));
        throwIfAny(problems);
        return new ResolvedSettings<>(config, origins, enabled, health);
    }

    private static Map<String, ValueWithOrigin> read(
            PatternDescriptor<?, ?> pattern, Section section, List<Problem> problems, Set<String> unreadable) {
        Map<String, ValueWithOrigin> found = new LinkedHashMap<>();
        for (Setting setting : Setting.of(pattern)) {
            if (setting.isWritable()) {
                boolean readable = Problem.collect(problems, () -> {
                    ValueWithOrigin written = section.find(setting.key(), setting.type());
                    if (written != null) {
                        found.put(setting.name(), written);
                    }
                });
                if (!readable) {
                    unreadable.add(setting.name());
                }
            }
        }
        return found;
    }

    private Map<String, ValueWithOrigin> read(
            PatternDescriptor<?, ?> pattern,
            String name,
            Map<String, Object> annotated,
            List<Problem> problems,
            Set<String> unreadable) {
        Map<String, ValueWithOrigin> found = new LinkedHashMap<>();
        for (Setting setting : Setting.of(pattern)) {
            Object value = annotated.get(setting.name());
            if (value != null) {
                boolean readable = Problem.collect(
                        problems,
                        () -> found.put(
                                setting.name(),
                                new ValueWithOrigin(
                                        convert(pattern, name, setting, value), ValueWithOrigin.ANNOTATION)));
                if (!readable) {
                    unreadable.add(setting.name());
                }
            }
        }
        return found;
    }

    /**
     * A configuration from code has a value for each setting. A value equal to the built-in default counts as not set.
     */
    private static <C extends Record> Map<String, ValueWithOrigin> differing(PatternDescriptor<?, C> pattern, C given) {
        Map<String, ValueWithOrigin> found = new LinkedHashMap<>();
        for (Setting setting : Setting.of(pattern)) {
            if (!setting.isSameIn(given, pattern.type().defaults())) {
                found.put(setting.name(), new ValueWithOrigin(setting.valueIn(given), ValueWithOrigin.CODE));
            }
        }
        return found;
    }

    /**
     * The settings of an annotation as values, so that different spellings of a value are equal.
     *
     * @throws ResilienceConfigurationException if a value cannot be read
     */
    Map<String, @Nullable Object> values(PatternDescriptor<?, ?> pattern, String name, Map<String, Object> annotated) {
        List<Problem> problems = new ArrayList<>();
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        read(pattern, name, annotated, problems, new HashSet<>())
                .forEach((setting, found) -> values.put(setting, found.value()));
        throwIfAny(problems);
        return values;
    }

    /**
     * Checks the configured defaults of a pattern, even if no instance uses them yet.
     *
     * @throws ResilienceConfigurationException if a value cannot be read, or would be out of range in every instance
     */
    public void requireReadableDefaults(PatternDescriptor<?, ?> pattern) {
        List<Problem> problems = new ArrayList<>();
        Section common = section(pattern);
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        Map<String, String> origins = new LinkedHashMap<>();
        read(pattern, common, problems, new HashSet<>()).forEach((setting, found) -> {
            values.put(setting, found.value());
            origins.put(setting, found.origin());
        });
        Ranges.problemsOfEach(pattern.type().defaults(), values)
                .forEach(wrong -> problems.add(SettingProblems.outOfRangeForAll(pattern, wrong, origins)));
        pattern.options().forEach(option -> Problem.collect(problems, () -> common.find(option.key(), type(option))));
        throwIfAny(problems);
    }

    /**
     * The classes named in the settings of all instances of all patterns. Unreadable values are skipped: the start-up
     * check reports them.
     */
    Set<Class<?>> namedClasses() {
        Set<Class<?>> classes = new LinkedHashSet<>();
        for (PatternDescriptor<?, ?> pattern : PatternDescriptors.all()) {
            List<Section> sections = new ArrayList<>(List.of(section(pattern)));
            written().instances(pattern).forEach(name -> sections.add(section(pattern, name)));
            for (Section section : sections) {
                read(pattern, section, new ArrayList<>(), new HashSet<>())
                        .values()
                        .forEach(found -> classes.addAll(AnnotatedList.classesIn(found.value())));
            }
        }
        return classes;
    }

    /**
     * Runs a step. If it fails, its problems are collected and processing continues, so that all problems are reported
     * at once.
     */
    private static <T> T orElse(T otherwise, List<Problem> problems, Supplier<T> step) {
        try {
            return step.get();
        } catch (ResilienceConfigurationException e) {
            problems.addAll(e.problems());
            return otherwise;
        }
    }

    private static void throwIfAny(List<Problem> problems) {
        if (!problems.isEmpty()) {
            throw new ResilienceConfigurationException(problems);
        }
    }

    /**
     * Returns the option configured for an instance, or the pattern's default.
     *
     * @param name the name of the instance; null for the default
     * @throws ResilienceConfigurationException if the value cannot be read
     */
    <T> T option(PatternDescriptor<?, ?> pattern, @Nullable String name, Option<T> option) {
        Section common = section(pattern);
        return option(pattern, name == null ? List.of(common) : List.of(section(pattern, name), common), option);
    }

    private static List<Section> sections(Section own, @Nullable Section family, Section common) {
        return family == null ? List.of(own, common) : List.of(own, family, common);
    }

    /** The option in the first section that has it. */
    private static <T> T option(PatternDescriptor<?, ?> pattern, List<Section> sections, Option<T> option) {
        if (pattern.options().contains(option)) {
            for (Section section : sections) {
                ValueWithOrigin found = section.find(option.key(), type(option));
                if (found != null) {
                    return option.type().cast(Objects.requireNonNull(found.value()));
                }
            }
        }
        return option.builtIn();
    }

    /** Whether an instance may have settings of its own: in its section, or in a source that cannot list its names. */
    boolean hasSection(PatternDescriptor<?, ?> pattern, String name) {
        return !section(pattern, name).isEmpty();
    }

    /** See {@link PropertyReader#texts}. */
    Map<String, String> texts(PatternDescriptor<?, ?> pattern, InstanceName instance) {
        return properties.texts(pattern, instance);
    }

    private @Nullable Object convert(PatternDescriptor<?, ?> pattern, String name, Setting setting, Object annotated) {
        String what = "@" + pattern.title() + " of '" + name + "': " + setting.name();
        if (annotated instanceof Object[] elements) {
            return AnnotatedList.converted(elements, element -> {
                Object text = element instanceof String written ? resolvedSetting(written, what) : element;
                return properties.convert(text, setting.type().getGeneric(0), what);
            });
        }
        Object value = annotated instanceof String text ? resolvedSetting(text, what) : annotated;
        return properties.convert(value, setting.type(), what);
    }

    private String resolvedSetting(String text, String what) {
        return properties.placeholders().drawn(what, text, resolved(text, environment, what));
    }

    /**
     * The settings of an annotation, with the placeholders replaced that this context can resolve.
     *
     * @param location the method or class that has the annotation
     */
    Map<String, Object> withoutPlaceholders(Map<String, Object> annotated, String location) {
        Map<String, Object> resolved = new LinkedHashMap<>(annotated);
        resolved.replaceAll((name, value) -> AnnotatedList.withTexts(
                value, text -> properties.placeholders().drawn(location + ": " + name, text, resolvable(text))));
        return resolved;
    }

    private String resolvable(String text) {
        try {
            return environment.resolvePlaceholders(text);
        } catch (IllegalArgumentException cycle) {
            return text; // reported by the reader of the setting
        }
    }

    /**
     * Resolves the placeholders in a text of an annotation.
     *
     * @param what describes the text, for messages
     * @throws ResilienceConfigurationException if a placeholder cannot be resolved
     */
    public static String resolved(String text, PropertyResolver environment, String what) {
        try {
            return environment.resolveRequiredPlaceholders(text);
        } catch (IllegalArgumentException wrong) {
            throw Placeholders.cycle(wrong)
                    .map(cycle -> SettingProblems.circular(what, cycle))
                    .orElseGet(() -> SettingProblems.unresolved(what, text));
        }
    }

    private static ResolvableType type(Option<?> option) {
        return ResolvableType.forClass(option.type());
    }

    private static <C extends Record> C construct(
            PatternDescriptor<?, C> pattern,
            String name,
            Map<String, Object> values,
            Map<String, String> origins,
            String where,
            Set<String> unreadable) {
        try {
            return Setting.with(pattern.type().defaults(), values);
        } catch (IllegalArgumentException first) {
            // A conflict with the default of a value that cannot be read may not exist with the intended value.
            throw new ResilienceConfigurationException(
                    Ranges.problems(pattern.type().defaults(), values).stream()
                            .filter(wrong -> Collections.disjoint(wrong.conflictingFields(), unreadable))
                            .map(wrong -> SettingProblems.outOfRange(pattern, name, wrong, origins, where))
                            .toList());
        }
    }

    ConfigurableEnvironment environment() {
        return environment;
    }

    /** The configuration as last read. */
    ConfiguredSettings written() {
        return properties.written();
    }

    /** Reads the configuration again. */
    ConfiguredSettings refresh() {
        return properties.refresh();
    }

    /** The conversion of texts to values. */
    ConversionService conversion() {
        return properties.conversion();
    }

    private Section section(PatternDescriptor<?, ?> pattern, String name) {
        return properties.section(pattern, name);
    }

    private Section section(PatternDescriptor<?, ?> pattern) {
        return properties.section(ofDefaults(pattern), ofDefaults(pattern));
    }

    /** The section of an instance; null if no section can have the name. */
    static @Nullable ConfigurationPropertyName ofInstance(PatternDescriptor<?, ?> pattern, String name) {
        return name.contains("[") || name.contains("]")
                ? null
                : ConfigurationPropertyName.of(instances(pattern)).append("[" + name + "]");
    }

    static ConfigurationPropertyName ofDefaults(PatternDescriptor<?, ?> pattern) {
        return ConfigurationPropertyName.of(ROOT + "." + pattern.key() + ".defaults");
    }

    static String instances(PatternDescriptor<?, ?> pattern) {
        return ROOT + "." + pattern.key() + ".instances";
    }
}
