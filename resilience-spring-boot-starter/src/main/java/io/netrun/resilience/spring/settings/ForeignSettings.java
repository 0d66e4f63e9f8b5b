package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.Names;
import io.netrun.resilience.spring.mapping.Setting;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;

/**
 * The settings of resilience4j in an environment: of each setting, in whatever spelling, the value of the first source
 * that has it. For one thread.
 */
final class ForeignSettings {

    private static final String ROOT = "resilience4j";

    private static final String HEALTH = "management.health.circuitbreakers.enabled";

    private static final Set<String> GROUPS = Set.of("instances", "configs", "backends", "limiters");

    private final List<Setting> settings = new ArrayList<>();
    private final Map<String, Origin> origins = new LinkedHashMap<>();

    /** The settings that earlier sources have, in uniform spelling. */
    private final Set<String> known = new HashSet<>();

    /** The names of instances as files spell them, by the form in which environment variables do. */
    private final Map<String, String> names = new LinkedHashMap<>();

    private ForeignSettings() {}

    static ForeignSettings in(ConfigurableEnvironment environment) {
        ForeignSettings found = new ForeignSettings();
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (ConfiguredSettings.isExact(source)) {
                found.readNames((EnumerablePropertySource<?>) source.getUnderlyingSource());
            }
        }
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source.getUnderlyingSource() instanceof EnumerablePropertySource<?> properties) {
                found.read(properties, ConfiguredSettings.isExact(source), environment);
            }
        }
        return found;
    }

    List<Setting> settings() {
        return settings;
    }

    /** Where the setting of a key is written, with the key. */
    Origin origin(String key) {
        Origin origin = origins.get(key);
        return origin == null ? new Written(key, null) : origin;
    }

    private void readNames(EnumerablePropertySource<?> source) {
        for (String written : source.getPropertyNames()) {
            List<String> path = isForeign(written) ? path(written) : List.of();
            if (path.size() > 4 && GROUPS.contains(Names.uniform(path.get(2)))) {
                names.putIfAbsent(Names.uniform(path.get(3)), path.get(3));
            }
        }
    }

    private void read(EnumerablePropertySource<?> source, boolean exact, ConfigurableEnvironment environment) {
        Set<String> own = new HashSet<>();
        for (String written : source.getPropertyNames()) {
            if (!isForeign(written)) {
                continue;
            }
            List<String> path = exact || written.indexOf('.') > 0 ? path(written) : pathOfVariable(written);
            Object value = source.getProperty(written);
            if (path.size() < 2 || value == null) {
                continue;
            }
            boolean block = path.size() > 4 && GROUPS.contains(Names.uniform(path.get(2)));
            List<String> key = block ? path.subList(0, 5) : path;
            String uniform = uniform(key);
            if (known.contains(uniform)) {
                continue;
            }
            own.add(uniform);
            String text = resolved(String.valueOf(value).strip(), environment);
            settings.add(new Setting(path, Setting.Value.of(text), List.of()));
            origins.putIfAbsent(
                    String.join(".", key),
                    new Written(String.join(".", key), PropertySourceOrigin.get(source, written)));
        }
        known.addAll(own);
    }

    /** A text with placeholders that lead to each other stays as it is: the settings that have it are reported. */
    private static String resolved(String text, ConfigurableEnvironment environment) {
        try {
            return environment.resolvePlaceholders(text).strip();
        } catch (IllegalArgumentException circular) {
            return text;
        }
    }

    /** Names of instances differ by their case, all else does not. */
    private static String uniform(List<String> path) {
        StringBuilder uniform = new StringBuilder();
        for (int i = 0; i < path.size(); i++) {
            uniform.append('.').append(i == 3 ? path.get(i) : Names.uniform(path.get(i)));
        }
        return uniform.toString();
    }

    private static boolean isForeign(String written) {
        String lower = written.toLowerCase(Locale.ROOT);
        return lower.startsWith(ROOT + ".") || lower.startsWith(ROOT + "_") || lower.equals(HEALTH);
    }

    private static List<String> path(String written) {
        ConfigurationPropertyName name = ConfigurationPropertyName.adapt(written, '.');
        List<String> path = new ArrayList<>();
        for (int i = 0; i < name.getNumberOfElements(); i++) {
            path.add(name.getElement(i, Form.ORIGINAL));
        }
        return path;
    }

    /** The elements of {@code RESILIENCE4J_CIRCUITBREAKER_INSTANCES_NAME_SLIDINGWINDOWSIZE}; empty if it is unknown. */
    private List<String> pathOfVariable(String written) {
        List<String> words = List.of(written.toLowerCase(Locale.ROOT).split("_"));
        int group = -1;
        for (int i = 2; i < words.size() && group < 0; i++) {
            group = GROUPS.contains(words.get(i)) ? i : -1;
        }
        if (group < 0) {
            return path(written.toLowerCase(Locale.ROOT).replace('_', '.'));
        }
        String section = String.join("", words.subList(1, group));
        int end = words.size();
        while (end > group + 2 && words.get(end - 1).matches("\\d+")) {
            end--;
        }
        for (int start = group + 2; start < end; start++) {
            String setting = setting(section, String.join("", words.subList(start, end)));
            if (setting != null) {
                String name = String.join("-", words.subList(group + 1, start));
                List<String> path = new ArrayList<>(List.of(
                        ROOT, section, words.get(group), names.getOrDefault(Names.uniform(name), name), setting));
                path.addAll(words.subList(end, words.size()));
                return path;
            }
        }
        return path(written.toLowerCase(Locale.ROOT).replace('_', '.'));
    }

    private static @Nullable String setting(String section, String uniform) {
        return MappingTable.get()
                .settings(section)
                .map(row -> row.there().name())
                .filter(name -> Names.uniform(name).equals(uniform))
                .findFirst()
                .orElse(null);
    }

    /** The origin of a setting, with the key that it has there. */
    private record Written(String key, @Nullable Origin origin) implements Origin {

        @Override
        public String toString() {
            return origin == null ? key : key + " from " + origin;
        }

        @Override
        public @Nullable Origin getParent() {
            return origin;
        }
    }
}
