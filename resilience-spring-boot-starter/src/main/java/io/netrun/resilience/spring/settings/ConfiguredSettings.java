package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.Option;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
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

    private static final String HTTP_CLIENTS = "http-clients";

    /** The keys directly under the root that are not patterns. */
    private static final List<String> GLOBAL = List.of(
            Option.ENABLED.key(),
            "advice-mode",
            "order",
            "validation",
            "observations",
            "metrics",
            "propagate-mdc",
            HTTP_CLIENTS);

    /** Those that are groups, with the keys in them. */
    private static final Map<String, List<String>> GROUPS =
            Map.of("observations", List.of("enabled"), "metrics", List.of("keyed"));

    private final Map<String, Map<PropertySource<?>, Map<String, String>>> sections = new LinkedHashMap<>();
    private final Map<PatternDescriptor<?, ?>, Map<String, Set<PropertySource<?>>>> instances = new LinkedHashMap<>();
    private final List<ConfigurationPropertySource> sources = new ArrayList<>();
    private final UnknownKeys unknown = new UnknownKeys();

    private ConfiguredSettings() {}

    /** Reads an environment. */
    public static ConfiguredSettings in(ConfigurableEnvironment environment) {
        ConfiguredSettings written = new ConfiguredSettings();
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            written.sources.add(source);
            if (isExact(source)) {
                written.read((EnumerablePropertySource<?>) source.getUnderlyingSource());
            }
        }
        return written;
    }

    /** Whether a source lists its property names exactly as they were written. */
    static boolean isExact(ConfigurationPropertySource source) {
        return source.getUnderlyingSource() instanceof EnumerablePropertySource<?> properties
                && !(properties instanceof SystemEnvironmentPropertySource)
                && !properties.getName().equals(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
    }

    /** The names of the instances that the configuration has settings for. */
    public Set<String> instances(PatternDescriptor<?, ?> pattern) {
        return new TreeSet<>(instances.getOrDefault(pattern, Map.of()).keySet());
    }

    /** Whether the configuration has settings for an instance. */
    public boolean has(PatternDescriptor<?, ?> pattern, String name) {
        return instances.getOrDefault(pattern, Map.of()).containsKey(name);
    }

    /** The sources that have settings for an instance. */
    Set<PropertySource<?>> documents(PatternDescriptor<?, ?> pattern, String name) {
        return instances.getOrDefault(pattern, Map.of()).getOrDefault(name, Set.of());
    }

    /** The unknown keys, each with its replacement. */
    public List<Problem> problems() {
        return unknown.problems();
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

    private void read(EnumerablePropertySource<?> source) {
        for (String written : source.getPropertyNames()) {
            if (written.regionMatches(true, 0, SettingsResolver.ROOT, 0, SettingsResolver.ROOT.length())) {
                ConfigurationPropertyName property = ConfigurationPropertyName.adapt(written, '.');
                if (!property.isEmpty() && property.getElement(0, Form.UNIFORM).equals(SettingsResolver.ROOT)) {
                    read(new Property(source, written, property));
                }
            }
        }
    }

    private void read(Property property) {
        if (property.name().getNumberOfElements() == 1) {
            unknown.reportScalar(property, "enabled: true, or the key of a pattern");
            return;
        }
        String global = property.name().getElement(1, Form.DASHED);
        if (GLOBAL.contains(global)) {
            readGlobal(property, global);
            return;
        }
        String first = property.element(1);
        PatternDescriptor<?, ?> pattern = pattern(first).orElse(null);
        if (pattern != null) {
            read(pattern, property, true);
            return;
        }
        List<String> known = Stream.concat(
                        GLOBAL.stream(), PatternDescriptors.all().stream().map(PatternDescriptor::key))
                .toList();
        unknown.reportRoot(property, known).flatMap(ConfiguredSettings::pattern).ifPresent(meant -> {
            if (property.name().getNumberOfElements() > 2) {
                read(meant, property, false);
            }
        });
    }

    /** Checks the shape of a setting of the application; the values are checked where they are read. */
    private void readGlobal(Property property, String key) {
        int elements = property.name().getNumberOfElements();
        List<String> known = GROUPS.get(key);
        if (known != null) {
            if (elements == 2) {
                unknown.reportScalar(property, known.get(0));
            } else if (!known.contains(property.name().getElement(2, Form.DASHED))) {
                unknown.report(property, 2, key, known);
            } else if (elements > 3) {
                unknown.nested(property, 3);
            }
        } else if (elements > 2 && !key.equals(HTTP_CLIENTS) && !property.name().isNumericIndex(2)) {
            unknown.nested(property, 2);
        }
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
        if (property.name().getNumberOfElements() == 2) { // the section of a pattern may be empty, too
            unknown.reportScalar(property, DEFAULTS + ", or " + INSTANCES);
            return;
        }
        switch (property.name().getElement(2, Form.DASHED)) {
            case DEFAULTS -> readKey(pattern, property, 3, counts);
            case INSTANCES -> readKey(pattern, property, 4, counts);
            default ->
                unknown.reportGroup(pattern, property, keys(pattern)).ifPresent(meant -> {
                    boolean named =
                            meant.equals(INSTANCES) || property.element(2).equalsIgnoreCase("configs");
                    readKey(pattern, property, named ? 4 : 3, false);
                });
        }
    }

    /**
     * The setting's key is the last element that is not a list index. Dots in an instance name produce additional
     * elements before it.
     */
    private void readKey(PatternDescriptor<?, ?> pattern, Property property, int earliest, boolean counts) {
        ConfigurationPropertyName name = property.name();
        int last = name.getNumberOfElements() - 1;
        while (last > earliest && name.isNumericIndex(last)) {
            last--;
        }
        if (last < earliest) {
            if (!property.isBlank()) {
                unknown.reportScalar(property, keys(pattern).iterator().next());
            } else if (counts && earliest == 4 && name.getNumberOfElements() == 4) {
                documentsOf(pattern, name(name, 4)).add(property.source()); // a section whose keys are commented out
            }
            return;
        }
        String key = property.element(last);
        if (keys(pattern).stream().noneMatch(known -> uniform(known).equals(uniform(key)))) {
            if (!property.isBlank() || earliest != 4) {
                unknown.report(property, last, pattern.key(), keys(pattern));
            } else if (counts) {
                documentsOf(pattern, name(name, last + 1)).add(property.source()); // as above, for a name with dots
            }
            return;
        }
        if (!counts) {
            return;
        }
        ConfigurationPropertyName section = SettingsResolver.ofDefaults(pattern);
        if (earliest == 4) {
            String instance = name(name, last);
            documentsOf(pattern, instance).add(property.source());
            section = SettingsResolver.ofInstance(pattern, instance);
        }
        if (section != null) {
            sections.computeIfAbsent(section.toString(), first -> new LinkedHashMap<>())
                    .computeIfAbsent(property.source(), first -> new LinkedHashMap<>())
                    .put(section + "." + name.subName(last), property.written());
        }
    }

    private Set<PropertySource<?>> documentsOf(PatternDescriptor<?, ?> pattern, String name) {
        return instances
                .computeIfAbsent(pattern, first -> new LinkedHashMap<>())
                .computeIfAbsent(name, first -> new LinkedHashSet<>());
    }

    private static String name(ConfigurationPropertyName property, int end) {
        StringBuilder name = new StringBuilder();
        for (int i = 3; i < end; i++) {
            name.append(name.isEmpty() ? "" : ".").append(property.getElement(i, Form.ORIGINAL));
        }
        return name.toString();
    }

    private static List<String> keys(PatternDescriptor<?, ?> pattern) {
        return Stream.concat(
                        Setting.of(pattern).stream().filter(Setting::isWritable).map(Setting::key),
                        pattern.options().stream().map(Option::key))
                .toList();
    }

    private static String uniform(String key) {
        return ForeignNames.uniform(key);
    }

    /**
     * A property in a source.
     *
     * @param written its name as the source spells it
     * @param name the parsed name
     */
    record Property(EnumerablePropertySource<?> source, String written, ConfigurationPropertyName name) {

        boolean isBlank() {
            Object value = source.getProperty(written);
            // Spring Boot 4 keeps an empty section as an empty map.
            return value == null
                    || value.toString().isBlank()
                    || (value instanceof Map<?, ?> section && section.isEmpty());
        }

        /** An element as it is written. */
        String element(int index) {
            return name.getElement(index, Form.ORIGINAL);
        }
    }
}
