package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.Option;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.pattern.PipelineSlot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * What is written under {@code resilience} in the configuration: which instance each property is for, and the keys that
 * mean nothing. The name of an instance is compared character by character, as in the keys of a map. Sources that
 * cannot list their names, and environment variables, which cannot spell them, are asked for an instance's settings
 * when it is created.
 */
public final class WrittenSettings {

    /** What somebody may have left behind who has come from there. */
    private static final java.util.regex.Pattern FOREIGN = java.util.regex.Pattern.compile("(?i)resilience4j[._].*");

    /** Keys directly under the root that are not patterns. */
    private static final List<String> GLOBAL = List.of(
            Option.ENABLED.key(),
            "advice-mode",
            "order",
            "validation",
            "observations",
            "metrics",
            "propagate-mdc",
            "http-clients");

    private final Map<String, Map<PropertySource<?>, Map<String, String>>> sections = new LinkedHashMap<>();
    private final Map<PatternDescriptor<?, ?>, Map<String, Set<PropertySource<?>>>> instances = new LinkedHashMap<>();
    private final List<ConfigurationPropertySource> sources = new ArrayList<>();
    private final Set<Problem> problems = new LinkedHashSet<>();
    private boolean foreign;

    private WrittenSettings() {}

    /** Reads an environment. */
    public static WrittenSettings in(ConfigurableEnvironment environment) {
        WrittenSettings written = new WrittenSettings();
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            written.sources.add(source);
            if (source.getUnderlyingSource() instanceof EnumerablePropertySource<?> properties) {
                written.foreign |= Stream.of(properties.getPropertyNames()).anyMatch(FOREIGN.asMatchPredicate());
            }
            if (isExact(source)) {
                written.read((EnumerablePropertySource<?>) source.getUnderlyingSource());
            }
        }
        return written;
    }

    /** Whether a source lists its names as they are written. */
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

    /** Whether there are settings of resilience4j, which have no effect here. */
    public boolean hasForeign() {
        return foreign;
    }

    /** The keys that mean nothing, each with the nearest that does. */
    public List<Problem> problems() {
        return List.copyOf(problems);
    }

    /** All sources, in the order in which the first one that has a property wins. */
    List<ConfigurationPropertySource> sources() {
        return sources;
    }

    /**
     * The properties of a section in one source.
     *
     * @param section such as {@code resilience.retry.instances[payments]}
     * @return by the name that a reader of the section uses, the name as it is written
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
        if (property.name.getNumberOfElements() == 1) {
            if (!property.isBlank()) {
                problems.add(scalar(property, "enabled: true, or the key of a pattern"));
            }
            return;
        }
        String first = property.name.getElement(1, Form.DASHED);
        if (GLOBAL.contains(first)) {
            return;
        }
        PatternDescriptor<?, ?> pattern = PatternDescriptors.all().stream()
                .filter(known -> uniform(known.key()).equals(uniform(first)))
                .findFirst()
                .orElse(null);
        if (pattern == null) {
            if (reportPlace(property, first)) {
                return;
            }
            report(
                    property,
                    first,
                    Stream.concat(
                                    GLOBAL.stream(),
                                    PatternDescriptors.all().stream().map(PatternDescriptor::key))
                            .toList());
            return;
        }
        String group = property.name.getNumberOfElements() > 2 ? property.name.getElement(2, Form.DASHED) : "";
        switch (group) {
            case "defaults" -> readKey(pattern, property, 3);
            case "instances" -> readKey(pattern, property, 4);
            case "" -> { // the section of a pattern may be empty as any other
                if (!property.isBlank()) {
                    problems.add(scalar(property, "defaults, or instances"));
                }
            }
            default -> report(property, group, List.of("defaults", "instances"));
        }
    }

    /**
     * The setting's key is the last element that is no list index; a name's dots make elements of their own before it.
     */
    private void readKey(PatternDescriptor<?, ?> pattern, Property property, int earliest) {
        ConfigurationPropertyName name = property.name;
        int last = name.getNumberOfElements() - 1;
        while (last > earliest && name.isNumericIndex(last)) {
            last--;
        }
        if (last < earliest) {
            if (!property.isBlank()) {
                problems.add(scalar(property, keys(pattern).iterator().next()));
            } else if (earliest == 4 && name.getNumberOfElements() == 4) {
                documentsOf(pattern, name(name, 4)).add(property.source); // a section whose keys are commented out
            }
            return;
        }
        String key = name.getElement(last, Form.DASHED);
        if (keys(pattern).stream().noneMatch(known -> uniform(known).equals(uniform(key)))) {
            if (!property.isBlank() || earliest != 4) {
                report(property, key, keys(pattern));
            } else {
                documentsOf(pattern, name(name, last + 1)).add(property.source); // as above, of a name with dots
            }
            return;
        }
        ConfigurationPropertyName section = SettingsResolver.ofDefaults(pattern);
        if (earliest == 4) {
            String instance = name(name, last);
            documentsOf(pattern, instance).add(property.source);
            section = SettingsResolver.ofInstance(pattern, instance);
        }
        if (section != null) {
            sections.computeIfAbsent(section.toString(), first -> new LinkedHashMap<>())
                    .computeIfAbsent(property.source, first -> new LinkedHashMap<>())
                    .put(section + "." + name.subName(last), property.written);
        }
    }

    private static Problem scalar(Property property, String examples) {
        return new Problem(
                "The property '" + property.name + "' has a value of its own",
                "Put settings under it, such as " + examples);
    }

    /** A place in the chain that shares its instances with another one has no section of its own. */
    private boolean reportPlace(Property property, String first) {
        for (PipelineSlot place : PatternDescriptors.places()) {
            if (uniform(place.key()).equals(uniform(first))) {
                problems.add(Problem.tolerable(
                        "The configuration has an unknown key '" + first + "' in '" + property.name + "' ("
                                + PropertySourceOrigin.get(property.source, property.written) + ")",
                        "Write it under '" + SettingsResolver.ROOT + "."
                                + place.pattern().key() + "': the instances of " + place.title() + " are there"));
                return true;
            }
        }
        return false;
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
        return key.replace("-", "").toLowerCase(Locale.ROOT);
    }

    private void report(Property property, String key, Collection<String> known) {
        String nearest = SpellingSuggestion.to(key, known);
        problems.add(Problem.tolerable(
                "The configuration has an unknown key '" + key + "' in '" + property.name + "' ("
                        + PropertySourceOrigin.get(property.source, property.written) + ")",
                nearest.isEmpty()
                        ? "Known here: " + String.join(", ", known)
                        : "Did you mean '" + nearest + "'? Known here: " + String.join(", ", known)));
    }

    /**
     * A property of a source.
     *
     * @param written its name as the source has it
     * @param name the same, in its elements
     */
    private record Property(EnumerablePropertySource<?> source, String written, ConfigurationPropertyName name) {

        boolean isBlank() {
            Object value = source.getProperty(written);
            return value == null || value.toString().isBlank();
        }
    }
}
