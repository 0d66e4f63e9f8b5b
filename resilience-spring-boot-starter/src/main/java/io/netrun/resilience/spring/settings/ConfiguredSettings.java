package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.Option;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * The properties under {@code resilience} in the configuration: the instance that each belongs to, and the keys that
 * are unknown. Instance names are compared character by character, as the keys of a map are. Sources that cannot list
 * their names, and environment variables, which cannot spell them, are queried for an instance's settings when the
 * instance is created.
 */
public final class ConfiguredSettings {

    static final String DEFAULTS = "defaults";
    static final String INSTANCES = "instances";
    static final String BASES = "bases";

    /** The name of an instance, and a key with nested keys below it. */
    private static final Pattern NESTED = Pattern.compile("(?i)^(.+?)\\.value(\\..*)?$");

    /** The remedy for a list in place of a section. */
    static final String WITHOUT_DASH = "Write the settings below the key, without the dash of a list";

    private final Map<String, Map<PropertySource<?>, Map<String, String>>> sections = new LinkedHashMap<>();
    private final Map<PatternDescriptor<?, ?>, Map<String, Map<PropertySource<?>, Property>>> instances =
            new LinkedHashMap<>();
    private final Map<PatternDescriptor<?, ?>, Map<String, SpelledName>> spellings = new LinkedHashMap<>();
    private final Map<PatternDescriptor<?, ?>, Map<String, Property>> bases = new LinkedHashMap<>();
    private final List<ConfigurationPropertySource> sources = new ArrayList<>();

    /** Sources of variables none of which is a setting of this library. */
    private final Set<PropertySource<?>> foreign = new HashSet<>();

    private final UnknownKeys unknown = new UnknownKeys();

    /** The property that counts for a setting, by source and by the setting's name in a form that has no spellings. */
    private final Map<PropertySource<?>, Map<String, Property>> counting = new LinkedHashMap<>();

    private final Set<String> doubles = new LinkedHashSet<>();
    private final DoubleSpellings others = new DoubleSpellings();

    /** The values when this was read, which count again once a later configuration has been rejected. */
    private final Map<PropertySource<?>, Map<String, Object>> values = new LinkedHashMap<>();

    private volatile boolean keepsValues;

    private @Nullable TranslatedSettings translated;

    private ConfiguredSettings() {}

    /** Reads an environment. */
    public static ConfiguredSettings in(ConfigurableEnvironment environment) {
        ConfiguredSettings written = new ConfiguredSettings();
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            written.sources.add(source);
            if (isExact(source)) {
                written.read((EnumerablePropertySource<?>) source.getUnderlyingSource());
            } else if (source.getUnderlyingSource() instanceof EnumerablePropertySource<?> variables) {
                written.others.addVariables(variables);
                if (Arrays.stream(variables.getPropertyNames()).noneMatch(ConfiguredSettings::mayBeOurs)) {
                    written.foreign.add(variables);
                }
            }
        }
        TranslatedSettings.of(environment).ifPresent(translated -> {
            written.translated = translated;
            written.sources.add(translated.asSource());
            written.read(translated);
        });
        return written;
    }

    /** Whether a source lists its property names exactly as they were written. */
    static boolean isExact(ConfigurationPropertySource source) {
        return source.getUnderlyingSource() instanceof EnumerablePropertySource<?> properties
                && !(properties instanceof SystemEnvironmentPropertySource)
                && !properties.getName().equals(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
    }

    /** Whether the name of a variable, which may have any prefix, can be that of a setting. */
    private static boolean mayBeOurs(String variable) {
        return variable.toLowerCase(Locale.ROOT).contains(SettingsResolver.ROOT);
    }

    /** Whether a source has to be asked for the settings of an instance. */
    boolean isToBeAsked(ConfigurationPropertySource source) {
        return !isExact(source)
                && !(source.getUnderlyingSource() instanceof PropertySource<?> variables
                        && foreign.contains(variables));
    }

    /** The settings of resilience4j in the words of this library; empty unless the application wants them. */
    public Optional<TranslatedSettings> translated() {
        return Optional.ofNullable(translated);
    }

    /** The names of the instances that the configuration has settings for. */
    public Set<String> instances(PatternDescriptor<?, ?> pattern) {
        return new TreeSet<>(instances.getOrDefault(pattern, Map.of()).keySet());
    }

    /** The keys that count for another name than is written. */
    List<SpelledName> spellings(PatternDescriptor<?, ?> pattern) {
        return List.copyOf(spellings.getOrDefault(pattern, Map.of()).values());
    }

    /** The names of the groups of settings that instances can build on. */
    Set<String> bases(PatternDescriptor<?, ?> pattern) {
        return new TreeSet<>(bases.getOrDefault(pattern, Map.of()).keySet());
    }

    /** Where a base is written. */
    String originOfBase(PatternDescriptor<?, ?> pattern, String base) {
        Property property = bases.getOrDefault(pattern, Map.of()).get(base);
        return property == null ? "" : property.origin();
    }

    /** The name that a key without brackets has, which loses all characters but letters, digits, dashes and dots. */
    public static String withoutBrackets(String name) {
        ConfigurationPropertyName property = ConfigurationPropertyName.adapt("resilience.any.instances." + name, '.');
        return property.getNumberOfElements() > 3 ? name(property, property.getNumberOfElements()) : "";
    }

    /** The remedy for a key that has lost the special characters of a name. */
    public static String inBrackets(String name) {
        return name.matches(".*[\\[\\]].*")
                ? "Use a name without brackets in place of '" + name + "': a key cannot spell it"
                : "Write '[" + name + "]' as the key: without brackets, a key loses its special characters";
    }

    /** Whether the configuration has settings for an instance. */
    public boolean has(PatternDescriptor<?, ?> pattern, String name) {
        return instances.getOrDefault(pattern, Map.of()).containsKey(name);
    }

    /** One property of an instance for each source that has settings for it. */
    Collection<Property> properties(PatternDescriptor<?, ?> pattern, String name) {
        return bySource(pattern, name).values();
    }

    /** One property of an instance that the configuration has settings for. */
    Property property(PatternDescriptor<?, ?> pattern, String name) {
        return bySource(pattern, name).values().iterator().next();
    }

    private Map<PropertySource<?>, Property> bySource(PatternDescriptor<?, ?> pattern, String name) {
        return instances.getOrDefault(pattern, Map.of()).getOrDefault(name, Map.of());
    }

    /** The unknown keys, each with its replacement. */
    public List<Problem> problems() {
        return unknown.problems();
    }

    /** One warning for each setting that a source has in two spellings. */
    public List<String> doubles() {
        return Stream.concat(doubles.stream(), others.warnings().stream()).toList();
    }

    /** All sources. The first one that has a property wins. */
    List<ConfigurationPropertySource> sources() {
        return sources;
    }

    /**
     * The properties of a section in one source.
     *
     * @param section such as {@code resilience.retry.instances[payments]}
     * @return the names as written, by the name that a reader of the section uses
     */
    Map<String, String> properties(ConfigurationPropertyName section, @Nullable Object source) {
        Map<PropertySource<?>, Map<String, String>> found = sections.get(section.toString());
        return found == null || source == null ? Map.of() : found.getOrDefault(source, Map.of());
    }

    /** From now on, the values count that the sources had when this was read: they have others, or are gone. */
    void keepValues() {
        keepsValues = true;
    }

    /** The values of a source, by name as written, that count in place of its present ones. */
    Map<String, Object> keptValues(PropertySource<?> source) {
        return keepsValues ? values.getOrDefault(source, Map.of()) : Map.of();
    }

    private void read(EnumerablePropertySource<?> source) {
        List<Property> properties = new ArrayList<>();
        for (String written : source.getPropertyNames()) {
            if (written.regionMatches(true, 0, SettingsResolver.ROOT, 0, SettingsResolver.ROOT.length())) {
                ConfigurationPropertyName property = ConfigurationPropertyName.adapt(written, '.');
                // Spring Boot 4 has a property for {} in YAML, Spring Boot 3 has none. Below an instance, there are
                // only
                // settings, whose values are not read here.
                boolean isNothing = property.getNumberOfElements() <= 4
                        && source.getProperty(written) instanceof Map<?, ?> section
                        && section.isEmpty();
                if (!isNothing
                        && !property.isEmpty()
                        && property.getElement(0, Form.UNIFORM).equals(SettingsResolver.ROOT)) {
                    properties.add(new Property(source, written, property));
                    Object value = source.getProperty(written);
                    if (value != null) {
                        values.computeIfAbsent(source, first -> new HashMap<>()).put(written, value);
                    }
                }
            }
        }
        ListedInstances listed = new ListedInstances(properties);
        for (Property property : properties) {
            if (listed.contains(property)) {
                String each = isOfBase(property) ? "base" : "instance";
                unknown.list(
                        property, 3, "Write the name of each " + each + " as a key, in place of the dash of the list");
            } else {
                read(property);
            }
        }
    }

    private void read(Property property) {
        if (property.size() == 1) {
            unknown.reportScalar(property, "enabled: true, or the key of a pattern");
            return;
        }
        if (property.name().isNumericIndex(1)) {
            unknown.list(property, 1, WITHOUT_DASH);
            return;
        }
        String global = GlobalKeys.known(GlobalKeys.ALL, property, 1);
        if (global != null) {
            GlobalKeys.check(property, global, unknown);
            others.add(property);
            return;
        }
        String first = property.element(1);
        PatternDescriptor<?, ?> pattern = pattern(first).orElse(null);
        if (pattern != null) {
            read(pattern, property, true);
            return;
        }
        List<String> known = Stream.concat(
                        GlobalKeys.ALL.stream(),
                        PatternDescriptors.all().stream().map(PatternDescriptor::key))
                .toList();
        unknown.reportRoot(property, known).flatMap(ConfiguredSettings::pattern).ifPresent(meant -> {
            if (property.size() > 2) {
                read(meant, property, false);
            }
        });
    }

    private static Optional<PatternDescriptor<?, ?>> pattern(String key) {
        return PatternDescriptors.all().stream()
                .filter(known -> uniform(known.key()).equals(uniform(key)))
                .findFirst();
    }

    /**
     * Reads a property of a pattern.
     *
     * @param counts false if its parent is unknown, so that it is only checked for problems
     */
    private void read(PatternDescriptor<?, ?> pattern, Property property, boolean counts) {
        if (property.size() == 2) { // the section of a pattern may be empty, too
            unknown.reportScalar(property, DEFAULTS + ", or " + INSTANCES);
            return;
        }
        if (property.name().isNumericIndex(2)) {
            unknown.list(property, 2, WITHOUT_DASH);
            return;
        }
        switch (property.name().getElement(2, Form.DASHED)) {
            case DEFAULTS -> readKey(pattern, property, 3, counts);
            case INSTANCES, BASES -> readKey(pattern, property, 4, counts);
            default ->
                unknown.reportGroup(pattern, property, keys(pattern))
                        .ifPresent(meant -> readKey(pattern, property, meant.equals(DEFAULTS) ? 3 : 4, false));
        }
    }

    /**
     * The setting's key is the last element that is not a list index. Dots in an instance name produce additional
     * elements before it.
     */
    private void readKey(PatternDescriptor<?, ?> pattern, Property property, int earliest, boolean counts) {
        ConfigurationPropertyName name = property.name();
        int nesting = nestingKey(pattern, property, earliest);
        if (nesting > 0) {
            if (counts) {
                put(pattern, property, earliest == 4 ? name(name, nesting) : null, nesting);
            }
            return;
        }
        int last = property.size() - 1;
        while (last > earliest && name.isNumericIndex(last)) {
            last--;
        }
        boolean named = earliest == 4;
        int list = named ? listOfSettings(pattern, name, last) : -1;
        if (list > 0) {
            // The index can be meant as a part of the name, too.
            String bracketed = name(name, list) + "[" + name.getElement(list, Form.ORIGINAL) + "]";
            unknown.list(property, list, WITHOUT_DASH + ". " + inBrackets(bracketed));
            return;
        }
        if (last < earliest) {
            if (!property.isBlank()) {
                unknown.reportScalar(property, keys(pattern).iterator().next());
            } else if (counts && named && property.size() == 4) {
                put(pattern, name(name, 4), property); // a section whose keys are commented out
            }
            return;
        }
        boolean known = isKey(pattern, property.element(last), named);
        if (counts && known && (named || last == earliest)) {
            put(pattern, property, named ? name(name, last) : null, last);
        } else if (!known && named && property.isBlank()) {
            if (counts) {
                put(pattern, name(name, last + 1), property); // as above, for a name with dots
            }
        } else if (!known || (counts && last > earliest && !named)) {
            reportKey(pattern, property, earliest, last);
        }
    }

    /**
     * The index of the first key that takes nested keys, and has some; -1 without one. An instance with such a key in
     * its name needs brackets around the name.
     */
    private static int nestingKey(PatternDescriptor<?, ?> pattern, Property property, int earliest) {
        for (int i = earliest; i < property.size() - 1; i++) {
            if (isNesting(pattern, property.element(i))) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isNesting(PatternDescriptor<?, ?> pattern, String element) {
        return Setting.of(pattern).stream()
                .anyMatch(
                        setting -> setting.isNesting() && uniform(setting.key()).equals(uniform(element)));
    }

    /** The name of a setting in a form that has no spellings; what is nested below it may be the key of a map. */
    private static String counted(PatternDescriptor<?, ?> pattern, Property property, int key) {
        ConfigurationPropertyName name = property.name();
        return isNesting(pattern, property.element(key))
                ? uniform(property.element(key)) + below(name, key + 1)
                : uniform(name.subName(key).toString());
    }

    /** The name of a setting, with what is nested below it as it is written. */
    private static String spelledFrom(PatternDescriptor<?, ?> pattern, Property property, int key) {
        ConfigurationPropertyName name = property.name();
        return isNesting(pattern, property.element(key))
                ? name.subName(key).chop(1) + below(name, key + 1)
                : name.subName(key).toString();
    }

    /** The elements of a name from an index on, as they are written: they may be keys of a map. */
    static String below(ConfigurationPropertyName name, int from) {
        StringBuilder below = new StringBuilder();
        for (int i = from; i < name.getNumberOfElements(); i++) {
            String element = name.getElement(i, Form.ORIGINAL);
            below.append(name.chop(i + 1).isLastElementIndexed() ? "[" + element + "]" : "." + element);
        }
        return below.toString();
    }

    /** The index of the first list element below an instance that is not the value of a setting; -1 without one. */
    private static int listOfSettings(PatternDescriptor<?, ?> pattern, ConfigurationPropertyName name, int last) {
        for (int i = 4; i <= last && i < name.getNumberOfElements(); i++) {
            if (name.isNumericIndex(i)) {
                return i > 4 && isKey(pattern, name.getElement(i - 1, Form.ORIGINAL), true) ? -1 : i;
            }
        }
        return -1;
    }

    private void put(PatternDescriptor<?, ?> pattern, Property property, @Nullable String instance, int key) {
        ConfigurationPropertyName section = SettingsResolver.ofDefaults(pattern);
        if (instance != null) {
            put(pattern, instance, property);
            section = isOfBase(property)
                    ? Bases.nameOf(pattern, instance)
                    : SettingsResolver.ofInstance(pattern, instance);
        }
        if (section != null) {
            Map<String, String> written = sections.computeIfAbsent(section.toString(), first -> new LinkedHashMap<>())
                    .computeIfAbsent(property.source(), first -> new LinkedHashMap<>());
            String name = section + "." + spelledFrom(pattern, property, key);
            Property other = counting.computeIfAbsent(property.source(), first -> new HashMap<>())
                    .put(section + "." + counted(pattern, property, key), property);
            if (other != null) {
                written.values().remove(other.written());
                doubles.add("'" + other.written() + "' and '" + property.written()
                        + "' are one setting in two spellings ("
                        + property.origin() + "): '" + property.written() + "' counts. Remove one of them.");
            }
            written.put(name, property.written());
        } else if (instance != null) {
            String subject = pattern.title() + " '" + instance + "'";
            unknown.unspellable(
                    isOfBase(property) ? "The base '" + instance + "' of " + pattern.title() : subject,
                    property,
                    instance);
        }
    }

    /** Reports a property whose key is unknown, or which is below a key that takes a value. */
    private void reportKey(PatternDescriptor<?, ?> pattern, Property property, int earliest, int last) {
        for (int i = earliest; i < last; i++) {
            if (isKey(pattern, property.element(i), earliest == 4)) {
                unknown.nested(property, i + 1, expected(pattern, property.element(i)));
                return;
            }
        }
        if (earliest == 4) {
            unknown.report(property, last, pattern.key(), keysOfNamed(pattern));
        } else if (property.name().isNumericIndex(3)) {
            unknown.list(property, 3, WITHOUT_DASH);
        } else if (last > earliest) {
            unknown.reportName(pattern, property, 3);
        } else {
            unknown.report(property, last, pattern.key(), keys(pattern));
        }
    }

    private static boolean isKey(PatternDescriptor<?, ?> pattern, String element, boolean named) {
        return (named ? keysOfNamed(pattern) : keys(pattern))
                .stream().anyMatch(known -> uniform(known).equals(uniform(element)));
    }

    private static boolean isOfBase(Property property) {
        return property.name().getElement(2, Form.DASHED).equals(BASES);
    }

    /** What a known key takes. */
    private static String expected(PatternDescriptor<?, ?> pattern, String key) {
        return Setting.of(pattern).stream()
                .filter(setting -> uniform(setting.key()).equals(uniform(key)))
                .map(setting -> ExpectedFormat.of(setting.type()))
                .findFirst()
                .orElse(uniform(key).equals(Bases.KEY) ? "a name" : "its value");
    }

    private void put(PatternDescriptor<?, ?> pattern, String name, Property property) {
        if (isOfBase(property)) {
            bases.computeIfAbsent(pattern, first -> new LinkedHashMap<>()).putIfAbsent(name, property);
            return;
        }
        instances
                .computeIfAbsent(pattern, first -> new LinkedHashMap<>())
                .computeIfAbsent(name, first -> new LinkedHashMap<>())
                .putIfAbsent(property.source(), property);
        String spelled = spelled(pattern, property);
        if (!spelled.isEmpty() && !spelled.equals(name)) {
            spellings
                    .computeIfAbsent(pattern, first -> new LinkedHashMap<>())
                    .computeIfAbsent(spelled, first -> new SpelledName(spelled, name, property.origin()));
        }
    }

    /** The name of the instance as it is written; empty if it is in brackets. */
    private static String spelled(PatternDescriptor<?, ?> pattern, Property property) {
        String spelled = property.unbracketedName();
        return nestingKey(pattern, property, 4) > 0 ? NESTED.matcher(spelled).replaceFirst("$1") : spelled;
    }

    private static String name(ConfigurationPropertyName property, int end) {
        StringBuilder name = new StringBuilder();
        for (int i = 3; i < end; i++) {
            name.append(name.isEmpty() ? "" : ".").append(property.getElement(i, Form.ORIGINAL));
        }
        return name.toString();
    }

    /** The keys of a pattern's settings and options. */
    static List<String> keys(PatternDescriptor<?, ?> pattern) {
        return Stream.concat(
                        Setting.of(pattern).stream().filter(Setting::isWritable).map(Setting::key),
                        pattern.options().stream().map(Option::key))
                .toList();
    }

    /** The keys in the section of an instance or a base. */
    static List<String> keysOfNamed(PatternDescriptor<?, ?> pattern) {
        return Stream.concat(keys(pattern).stream(), Stream.of(Bases.KEY)).toList();
    }

    private static String uniform(String key) {
        return ForeignNames.uniform(key);
    }
}
