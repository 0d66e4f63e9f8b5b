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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.ResolvableType;
import org.springframework.core.convert.ConversionService;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertyResolver;

/**
 * Resolves the settings of an instance, each on its own. The order of precedence: the instance's section in the
 * configuration with its {@linkplain Bases bases}, the annotation, the section of its family with its bases, the code
 * that requests the instance, the configured defaults of the pattern, the built-in default. The same code serves every
 * pattern, because a pattern's configuration record declares its settings.
 */
public final class SettingsResolver {

    static final String ROOT = "resilience";

    private final ConfigurableEnvironment environment;
    private final PropertyReader properties;
    private final Bases bases;
    private final ConcurrentMap<PatternDescriptor<?, ?>, Unwritten<?>> unwritten = new ConcurrentHashMap<>();
    private volatile boolean starting;

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
        this.bases = new Bases(properties);
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
        return resolve(pattern, instance, annotated, false, location, given);
    }

    /**
     * Resolves the settings of an instance of a family that an annotation requests.
     *
     * @param annotated the settings of the annotation, which the section of the family overrides
     */
    <C extends Record> ResolvedSettings<C> resolveKey(
            PatternDescriptor<?, C> pattern,
            InstanceName instance,
            Map<String, Object> annotated,
            String location,
            @Nullable C given) {
        return resolve(pattern, instance, annotated, true, location, given);
    }

    private <C extends Record> ResolvedSettings<C> resolve(
            PatternDescriptor<?, C> pattern,
            InstanceName instance,
            Map<String, Object> annotated,
            boolean ofFamilyItself,
            String location,
            @Nullable C given) {
        String name = instance.name();
        ConfiguredSettings written = written();
        List<Problem> problems = new ArrayList<>();
        String ofFamily = instance.family();
        List<Section> own = bases.chain(pattern, section(pattern, name), problems);
        boolean plain = ofFamily == null
                && annotated.isEmpty()
                && given == null
                && problems.isEmpty()
                && own.stream().allMatch(Section::isEmpty);
        ResolvedSettings<C> known = plain ? shared(pattern) : null;
        if (known != null) {
            return known;
        }
        List<Section> family = bases.chain(pattern, ofFamily == null ? null : section(pattern, ofFamily), problems);
        Section common = section(pattern);
        ResolvedSettings<C> resolved = combine(
                pattern,
                name,
                own,
                family,
                common,
                new Requested<>(annotated, ofFamilyItself, location, given),
                problems);
        if (plain) {
            unwritten.put(pattern, new Unwritten<>(written, common.isEmpty(), resolved));
        }
        return resolved;
    }

    /**
     * Resolves the settings that an instance has if its sections and those of its family do not apply.
     *
     * @throws ResilienceConfigurationException if a value cannot be read, or is out of range
     */
    <C extends Record> ResolvedSettings<C> resolveWithoutSections(
            PatternDescriptor<?, C> pattern,
            String name,
            Map<String, Object> annotated,
            String location,
            @Nullable C given) {
        return combine(
                pattern,
                name,
                List.of(),
                List.of(),
                section(pattern),
                new Requested<>(annotated, false, location, given),
                new ArrayList<>());
    }

    /**
     * The settings that an annotation and code request.
     *
     * @param annotated the settings of the annotation, by Java name
     * @param ofFamily whether it is the annotation of the instance's family, which the section of the family overrides
     * @param location the method or class that has the annotation, for messages
     * @param given the configuration from code, null for none
     */
    private record Requested<C extends Record>(
            Map<String, Object> annotated,
            boolean ofFamily,
            String location,
            @Nullable C given) {}

    /** Combines all levels, each of which overrides those after it. */
    private <C extends Record> ResolvedSettings<C> combine(
            PatternDescriptor<?, C> pattern,
            String name,
            List<Section> own,
            List<Section> family,
            Section common,
            Requested<C> requested,
            List<Problem> problems) {
        List<Section> sections =
                Stream.of(own, family, List.of(common)).flatMap(List::stream).toList();
        Set<String> unreadable = new HashSet<>();
        List<Map<String, ValueWithOrigin>> found = new ArrayList<>();
        own.forEach(section -> found.add(read(pattern, section, problems, unreadable)));
        if (!requested.ofFamily) {
            found.add(read(pattern, name, requested.annotated, problems, unreadable));
        }
        family.forEach(section -> found.add(read(pattern, section, problems, unreadable)));
        if (requested.ofFamily) {
            found.add(read(pattern, name, requested.annotated, problems, unreadable));
        }
        C given = requested.given;
        found.add(given == null ? read(pattern, common, problems, unreadable) : differing(pattern, given));
        Levels levels = new Levels(found);
        Map<String, Object> values = new LinkedHashMap<>();
        Map<String, String> origins = new LinkedHashMap<>();
        levels.derive(pattern, name, requested.location, problems);
        for (Setting setting : Setting.of(pattern)) {
            ValueWithOrigin value = levels.find(setting.name());
            if (value == null) {
                value = new ValueWithOrigin(setting.valueIn(pattern.type().defaults()), ValueWithOrigin.BUILT_IN);
            }
            values.put(setting.name(), value.value());
            origins.put(setting.name(), value.origin());
        }
        C config = orElse(
                pattern.type().defaults(),
                problems,
                () -> construct(pattern, name, values, origins, requested.location, unreadable));
        boolean enabled = orElse(true, problems, () -> option(pattern, sections, Option.ENABLED));
        HealthRole health = orElse(HealthRole.NONE, problems, () -> option(pattern, sections, Option.HEALTH));
        throwIfAny(problems);
        return new ResolvedSettings<>(config, Collections.unmodifiableMap(origins), enabled, health);
    }

    /** The settings of the instances that nothing has settings for; null if they have to be read. */
    private <C extends Record> @Nullable ResolvedSettings<C> shared(PatternDescriptor<?, C> pattern) {
        @SuppressWarnings("unchecked") // put for this pattern
        Unwritten<C> known = (Unwritten<C>) unwritten.get(pattern);
        return known != null && known.written == written() && (known.builtIn || starting) ? known.resolved : null;
    }

    /**
     * While the application starts, the configured defaults of a pattern are read once for all instances that have no
     * other settings. Later they are read with each instance, since sources may have changed.
     */
    void starting(boolean starts) {
        starting = starts;
    }

    /**
     * The settings of the instances of a pattern that nothing has settings for.
     *
     * @param written the configuration that they were read from
     * @param builtIn whether the pattern has no configured defaults
     */
    private record Unwritten<C extends Record>(
            ConfiguredSettings written, boolean builtIn, ResolvedSettings<C> resolved) {}

    static Map<String, ValueWithOrigin> read(
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

    /** The settings that are only from code, each with its origin. */
    static <C extends Record> ResolvedSettings<C> ofCode(PatternDescriptor<?, C> pattern, C given, HealthRole health) {
        Map<String, String> origins = new LinkedHashMap<>();
        Map<String, ValueWithOrigin> set = differing(pattern, given);
        for (Setting setting : Setting.of(pattern)) {
            origins.put(
                    setting.name(), set.containsKey(setting.name()) ? ValueWithOrigin.CODE : ValueWithOrigin.BUILT_IN);
        }
        return new ResolvedSettings<>(given, Collections.unmodifiableMap(origins), true, health);
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
     * Checks the configured defaults and the bases of a pattern, even if no instance uses them yet.
     *
     * @throws ResilienceConfigurationException if a value cannot be read, or would be out of range in every instance
     */
    public void requireReadableDefaults(PatternDescriptor<?, ?> pattern) {
        throwIfAny(SharedSections.problems(pattern, section(pattern), bases));
    }

    /** The bases of a pattern that nothing builds on; see {@link Bases#unused}. */
    Set<String> unusedBases(PatternDescriptor<?, ?> pattern, Set<String> names) {
        return bases.unused(pattern, names);
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
            written().bases(pattern).forEach(base -> sections.add(bases.section(pattern, base)));
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
        Section own = name == null ? null : section(pattern, name);
        List<Section> sections = bases.chain(pattern, own, new ArrayList<>()); // the start-up check reports problems
        sections.add(section(pattern));
        return option(pattern, sections, option);
    }

    /**
     * The number of instances that a family keeps: that of its section, of the annotation, of the configured defaults,
     * or the built-in one.
     *
     * @throws ResilienceConfigurationException if the value cannot be read
     */
    int maxKeys(PatternDescriptor<?, ?> pattern, String family, @Nullable Integer annotated) {
        List<Section> own = bases.chain(pattern, section(pattern, family), new ArrayList<>());
        for (Section section : own) {
            ValueWithOrigin found = section.find(Option.MAX_KEYS.key(), type(Option.MAX_KEYS));
            if (found != null) {
                return (Integer) Objects.requireNonNull(found.value());
            }
        }
        return annotated != null ? annotated : option(pattern, List.of(section(pattern)), Option.MAX_KEYS);
    }

    /** The limit of keys that the section of a name has, as a text with its origin; null for none. */
    @Nullable
    ValueWithOrigin writtenMaxKeys(PatternDescriptor<?, ?> pattern, String name) {
        return section(pattern, name).written(Option.MAX_KEYS.key());
    }

    /** The limit of keys that a base has, as a text with its origin; null for none. */
    @Nullable
    ValueWithOrigin writtenMaxKeysOfBase(PatternDescriptor<?, ?> pattern, String base) {
        return bases.section(pattern, base).written(Option.MAX_KEYS.key());
    }

    /** The bases that the section of a name builds on, the nearest first. */
    List<String> basesOf(PatternDescriptor<?, ?> pattern, String name) {
        return bases.namesOf(pattern, section(pattern, name));
    }

    /** The option in the first section that has it. */
    private static <T> T option(PatternDescriptor<?, ?> pattern, List<Section> sections, Option<T> option) {
        if (pattern.has(option)) {
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

    /**
     * The texts of the settings and options in the sections of an instance and its family, and in their bases, without
     * placeholders.
     */
    Map<String, String> texts(PatternDescriptor<?, ?> pattern, InstanceName instance) {
        Map<String, String> texts = new LinkedHashMap<>();
        List<String> keys = ConfiguredSettings.keysOfNamed(pattern);
        List<Problem> ignored = new ArrayList<>(); // the start-up check reports problems
        for (String name :
                instance.family() == null ? List.of(instance.name()) : List.of(instance.name(), instance.family())) {
            bases.chain(pattern, section(pattern, name), ignored)
                    .forEach(section -> keys.forEach(key -> section.putText(key, texts)));
        }
        return texts;
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

    static ResolvableType type(Option<?> option) {
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

    /** Goes back to a configuration that was read before, since the present one has been rejected. */
    void restore(ConfiguredSettings former) {
        properties.restore(former);
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
