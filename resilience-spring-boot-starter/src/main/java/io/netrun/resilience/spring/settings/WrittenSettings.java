package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.Option;
import io.netrun.resilience.spring.pattern.Pattern;
import io.netrun.resilience.spring.pattern.Patterns;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Reads what is written under {@code resilience} in the configuration: the names of the instances, and the keys that mean
 * nothing. Environment variables are not read for names, since they can not spell them.
 */
public final class WrittenSettings {

    /** Keys directly under the root that are not patterns. */
    private static final List<String> GLOBAL =
            List.of(Option.ENABLED.key(), "advice-mode", "order", "validation", "observations", "http-clients");

    private final Map<Pattern<?, ?>, Set<String>> instances = new LinkedHashMap<>();
    private final List<Problem> problems = new ArrayList<>();

    private WrittenSettings() {}

    /** Reads an environment. */
    public static WrittenSettings in(ConfigurableEnvironment environment) {
        WrittenSettings written = new WrittenSettings();
        ConfigurationPropertyName root = ConfigurationPropertyName.of(SettingsResolver.ROOT);
        ConfigurationPropertySources.get(environment).forEach(source -> {
            if (source instanceof IterableConfigurationPropertySource iterable
                    && !isEnvironmentVariables(source.getUnderlyingSource())) {
                iterable.stream().filter(root::isAncestorOf).forEach(written::read);
            }
        });
        return written;
    }

    private static boolean isEnvironmentVariables(@Nullable Object source) {
        return source instanceof SystemEnvironmentPropertySource
                || (source instanceof PropertySource<?> named
                        && named.getName().equals(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME));
    }

    /** The names of the instances that the configuration has settings for. */
    public Set<String> instances(Pattern<?, ?> pattern) {
        return instances.getOrDefault(pattern, Set.of());
    }

    /** The keys that mean nothing, each with the nearest that does. */
    public List<Problem> problems() {
        return List.copyOf(problems);
    }

    private void read(ConfigurationPropertyName property) {
        String first = property.getElement(1, Form.DASHED);
        if (GLOBAL.contains(first)) {
            return;
        }
        Pattern<?, ?> pattern = Patterns.byKey(first).orElse(null);
        if (pattern == null) {
            report(
                    property,
                    first,
                    Stream.concat(GLOBAL.stream(), Patterns.all().stream().map(Pattern::key))
                            .toList());
            return;
        }
        String group = property.getNumberOfElements() > 2 ? property.getElement(2, Form.DASHED) : "";
        switch (group) {
            case "defaults" -> readKey(pattern, property, 3);
            case "instances" -> readKey(pattern, property, 4);
            default -> report(property, group, List.of("defaults", "instances"));
        }
    }

    /** The setting's key is the last element that is no list index; a name's dots make elements of their own before it. */
    private void readKey(Pattern<?, ?> pattern, ConfigurationPropertyName property, int earliest) {
        int last = property.getNumberOfElements() - 1;
        while (last > earliest && property.isNumericIndex(last)) {
            last--;
        }
        if (last < earliest) {
            problems.add(new Problem(
                    "The property '" + property + "' has a value of its own",
                    "Put settings under it, such as " + keys(pattern).iterator().next()));
            return;
        }
        String key = property.getElement(last, Form.DASHED);
        if (keys(pattern).stream().noneMatch(known -> uniform(known).equals(uniform(key)))) {
            report(property, key, keys(pattern));
        } else if (earliest == 4) {
            instances.computeIfAbsent(pattern, p -> new TreeSet<>()).add(name(property, last));
        }
    }

    private static String name(ConfigurationPropertyName property, int end) {
        StringBuilder name = new StringBuilder();
        for (int i = 3; i < end; i++) {
            name.append(name.isEmpty() ? "" : ".").append(property.getElement(i, Form.ORIGINAL));
        }
        return name.toString();
    }

    private static List<String> keys(Pattern<?, ?> pattern) {
        return Stream.concat(
                        Setting.of(pattern).stream().filter(Setting::isWritable).map(Setting::key),
                        pattern.options().stream().map(Option::key))
                .toList();
    }

    private static String uniform(String key) {
        return key.replace("-", "");
    }

    private void report(ConfigurationPropertyName property, String key, Collection<String> known) {
        String nearest = Nearest.to(key, known);
        problems.add(Problem.tolerable(
                "The configuration has an unknown key '" + key + "' in '" + property + "'",
                nearest.isEmpty()
                        ? "Known here: " + String.join(", ", known)
                        : "Did you mean '" + nearest + "'? Known here: " + String.join(", ", known)));
    }
}
