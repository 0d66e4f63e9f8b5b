package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.problem.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;

/**
 * The named sections below a key of the configuration. Names are compared character by character, as instance names
 * are. Environment variables, which cannot spell names, are bound in relaxed form.
 */
public final class NamedSections {

    /** The name of a section directly below a root of two elements. */
    private static final Pattern UNBRACKETED = Pattern.compile("[^.\\[]+\\.[^.\\[]+\\.([^.\\[\\]]+)\\..*");

    private final ConfigurableEnvironment environment;
    private final ConfigurationPropertyName root;
    private final Map<String, Map<String, Map<String, String>>> written = new LinkedHashMap<>();
    private final Set<Problem> imprecise = new LinkedHashSet<>();

    /**
     * Reads an environment.
     *
     * @param root the key, such as {@code resilience.http-clients}
     */
    public NamedSections(ConfigurableEnvironment environment, String root) {
        this.environment = environment;
        this.root = ConfigurationPropertyName.of(root);
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (ConfiguredSettings.isExact(source)) {
                read((EnumerablePropertySource<?>) source.getUnderlyingSource());
            }
        }
    }

    private void read(EnumerablePropertySource<?> source) {
        int end = root.getNumberOfElements();
        for (String property : source.getPropertyNames()) {
            if (property.regionMatches(true, 0, SettingsResolver.ROOT, 0, SettingsResolver.ROOT.length())) {
                ConfigurationPropertyName name = ConfigurationPropertyName.adapt(property, '.');
                if (root.isAncestorOf(name) && name.getNumberOfElements() > end + 1) {
                    String section = name.getElement(end, Form.ORIGINAL);
                    checkSpelling(source, property, section);
                    written.computeIfAbsent(section, first -> new LinkedHashMap<>())
                            .computeIfAbsent(source.getName(), first -> new LinkedHashMap<>())
                            .put(name(section) + "." + name.subName(end + 1), property);
                }
            }
        }
    }

    /** A key without brackets loses characters, so that its section would be that of another name. */
    private void checkSpelling(EnumerablePropertySource<?> source, String property, String section) {
        Matcher name = UNBRACKETED.matcher(property);
        if (name.matches() && !name.group(1).equals(section)) {
            imprecise.add(Problem.tolerable(
                    "The key '" + name.group(1) + "' under '" + root + "' counts for '" + section + "' ("
                            + PropertySourceOrigin.get(source, property) + ")",
                    ConfiguredSettings.inBrackets(name.group(1))));
        }
    }

    /** A problem for each key that counts for another name than is written. */
    public Set<Problem> imprecise() {
        return Set.copyOf(imprecise);
    }

    /** The names of the sections with settings, except those only in environment variables. */
    public Set<String> names() {
        return new TreeSet<>(written.keySet());
    }

    /**
     * The origin of a key of a section, as a suffix in parentheses with a leading space; empty if unknown.
     *
     * @param key a key directly below the section, in any spelling
     */
    public String origin(String section, String key) {
        String start = uniform(name(section) + "." + key);
        Map<String, Map<String, String>> bySource = written.getOrDefault(section, Map.of());
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source.getUnderlyingSource() instanceof EnumerablePropertySource<?> properties) {
                for (Map.Entry<String, String> property :
                        bySource.getOrDefault(properties.getName(), Map.of()).entrySet()) {
                    String name = uniform(property.getKey());
                    if (name.equals(start) || name.startsWith(start + ".") || name.startsWith(start + "[")) {
                        return " (" + PropertySourceOrigin.get(properties, property.getValue()) + ")";
                    }
                }
            }
        }
        return "";
    }

    /**
     * Whether a source has settings below a key that takes a value.
     *
     * @param key a key directly below the section
     */
    public boolean hasSettings(String section, String key) {
        String start = uniform(name(section) + "." + key) + ".";
        return written.getOrDefault(section, Map.of()).values().stream()
                .flatMap(properties -> properties.keySet().stream())
                .anyMatch(property -> uniform(property).startsWith(start));
    }

    private static String uniform(String name) {
        return name.replace("-", "").toLowerCase(Locale.ROOT);
    }

    /** The name of a section under which {@link #binder} finds its properties. */
    public ConfigurationPropertyName name(String section) {
        return root.append("[" + section + "]");
    }

    /** A binder over the properties of one section. */
    public Binder binder(String section) {
        Map<String, Map<String, String>> bySource = written.getOrDefault(section, Map.of());
        ConfigurationPropertyName relaxed = ConfigurationPropertyName.adapt(root + "." + section, '.');
        List<ConfigurationPropertySource> sources = new ArrayList<>();
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (!ConfiguredSettings.isExact(source)) {
                sources.add(new RelaxedSource(source, name(section), relaxed));
            } else if (source.getUnderlyingSource() instanceof EnumerablePropertySource<?> properties
                    && bySource.containsKey(properties.getName())) {
                sources.add(ConfigurationPropertySource.from(
                        new RenamedSource(properties, bySource.get(properties.getName()))));
            }
        }
        return new Binder(sources, new PropertySourcesPlaceholdersResolver(environment));
    }
}
