package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.ConstantSetting;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.ResolvableType;

/** The configured settings of one instance, or the defaults for all instances of a pattern. */
final class Section {

    private final ConfigurationPropertyName name;
    private final List<ConfigurationPropertySource> sources;
    private final Binder binder;
    private final Placeholders.Resolver placeholders;

    /**
     * Creates a section.
     *
     * @param name the name of the section
     * @param sources the sources that may have its properties under this name; the first one that has a property wins
     * @param binder a binder over these sources
     * @param placeholders the binder's resolver of placeholders
     */
    Section(
            ConfigurationPropertyName name,
            List<ConfigurationPropertySource> sources,
            Binder binder,
            Placeholders.Resolver placeholders) {
        this.name = name;
        this.sources = sources;
        this.binder = binder;
        this.placeholders = placeholders;
    }

    /** Whether no source can have a setting of this section. */
    boolean isEmpty() {
        return sources.isEmpty();
    }

    /** Whether a source has a value for a key. */
    boolean has(String key) {
        return written(sources, name.append(key)).isPresent();
    }

    /** The text of a setting with its origin, whether it can be read or not; null if it is not configured. */
    @Nullable
    ValueWithOrigin written(String key) {
        ConfigurationPropertyName property = name.append(key);
        if (sources.isEmpty() || written(sources, property).isEmpty()) {
            return null;
        }
        placeholders.begin(property.toString());
        return new ValueWithOrigin(textOf(property), origin(property));
    }

    /**
     * Returns a setting, or null if it is not configured.
     *
     * @throws ResilienceConfigurationException if the value cannot be converted to the type
     */
    @Nullable
    ValueWithOrigin find(String key, ResolvableType type) {
        if (sources.isEmpty()) {
            return null;
        }
        ConfigurationPropertyName property = name.append(key);
        placeholders.begin(property.toString());
        if (ConstantSetting.isTypeOf(type.toClass())) {
            Map<ConfigurationPropertyName, String> nested = nested(property);
            if (!nested.isEmpty()) {
                return new ValueWithOrigin(
                        ConstantSetting.nested(relative(nested, property)),
                        location(sources, nested.keySet().iterator().next()));
            }
        }
        try {
            Object value = binder.bind(property, Bindable.of(type)).orElse(null);
            if (value == null) {
                requireNothingWritten(property, type);
                return null;
            }
            if (value instanceof String || ConstantSetting.isTypeOf(value.getClass())) {
                requireResolved(property, value.toString());
            }
            return new ValueWithOrigin(value, origin(property), rank(property));
        } catch (BindException | IllegalArgumentException e) {
            if (isWrittenNowhere(property)) {
                return null; // of a source that cannot list its names, the binder tried parts of the value
            }
            throw wrong(property, type, e);
        }
    }

    /**
     * The texts below a key, by their names; empty if the first source that has the key has a value for it. A list
     * comes from one source.
     *
     * @throws ResilienceConfigurationException if a placeholder cannot be resolved
     */
    private Map<ConfigurationPropertyName, String> nested(ConfigurationPropertyName property) {
        Map<ConfigurationPropertyName, String> nested = new LinkedHashMap<>();
        Set<ConfigurationPropertyName> lists = new HashSet<>();
        for (ConfigurationPropertySource source : sources) {
            if (source.getConfigurationProperty(property) != null) {
                break;
            }
            Set<ConfigurationPropertyName> own = new HashSet<>();
            if (source instanceof IterableConfigurationPropertySource listed) {
                listed.stream().filter(property::isAncestorOf).forEach(name -> {
                    ConfigurationPropertyName list = listOf(name, property.getNumberOfElements());
                    if (list != null) {
                        own.add(list);
                    }
                    if ((list == null || !lists.contains(list)) && !nested.containsKey(name)) {
                        nested.put(name, nestedText(name));
                    }
                });
            }
            lists.addAll(own);
        }
        return nested;
    }

    /** The list that a property is in an element of; null if it is in none. */
    private static @Nullable ConfigurationPropertyName listOf(ConfigurationPropertyName name, int from) {
        for (int i = from; i < name.getNumberOfElements(); i++) {
            if (name.isNumericIndex(i)) {
                return name.chop(i);
            }
        }
        return null;
    }

    /** The text that counts for a name: a source that cannot list its names may have it, too. */
    private String nestedText(ConfigurationPropertyName name) {
        placeholders.begin(name.toString());
        Object raw = written(sources, name).map(ConfigurationProperty::getValue).orElse("");
        Object value;
        try {
            value = placeholders.resolvePlaceholders(raw);
        } catch (IllegalArgumentException wrong) {
            throw Placeholders.cycle(wrong)
                    .map(cycle -> SettingProblems.circular(origin(name), cycle))
                    .orElseGet(() -> SettingProblems.unresolved(origin(name), String.valueOf(raw)));
        }
        boolean empty = value == null
                || (value instanceof Map<?, ?> map && map.isEmpty())
                || (value instanceof Collection<?> list && list.isEmpty());
        String text = empty ? "" : String.valueOf(value);
        requireResolved(name, text);
        return text;
    }

    private static Map<String, String> relative(
            Map<ConfigurationPropertyName, String> nested, ConfigurationPropertyName property) {
        Map<String, String> relative = new LinkedHashMap<>();
        nested.forEach((name, text) -> {
            String below = ConfiguredSettings.below(name, property.getNumberOfElements());
            relative.put(below.startsWith(".") ? below.substring(1) : below, text);
        });
        return relative;
    }

    private boolean isWrittenNowhere(ConfigurationPropertyName property) {
        return written(sources, property).isEmpty()
                && sources.stream()
                        .noneMatch(
                                source -> source.containsDescendantOf(property) == ConfigurationPropertyState.PRESENT);
    }

    private ResilienceConfigurationException wrong(
            ConfigurationPropertyName property, ResolvableType type, Exception failure) {
        String cycle = Placeholders.cycle(failure).orElse("");
        if (!cycle.isEmpty()) {
            return SettingProblems.circular(origin(property), cycle);
        }
        String text = textOf(property);
        requireResolved(property, text);
        if (text.isBlank()) {
            return SettingProblems.empty(origin(property), type);
        }
        String what = origin(property) + " is '" + text + "'";
        return ExpectedFormat.isOfFailures(type)
                ? SettingProblems.noClasses(what, type, names(property))
                : SettingProblems.unreadable(what, type, failure);
    }

    private List<String> names(ConfigurationPropertyName property) {
        try {
            return binder.bind(property, Bindable.listOf(String.class)).orElseGet(List::of);
        } catch (BindException unreadable) {
            return List.of();
        }
    }

    /** For some types, Spring reads an empty text as no value. */
    private void requireNothingWritten(ConfigurationPropertyName property, ResolvableType type) {
        if (written(sources, property).isPresent()) {
            String text = textOf(property);
            throw text.isBlank()
                    ? SettingProblems.empty(origin(property), type)
                    : SettingProblems.list(origin(property) + " is the list '" + text + "'", type);
        }
    }

    /** Rejects unresolvable placeholders, which Spring leaves in the text. */
    private void requireResolved(ConfigurationPropertyName property, String text) {
        if (text.contains(Placeholders.START)
                && written(sources, property)
                        .map(found -> String.valueOf(found.getValue()))
                        .filter(raw -> raw.contains("\\" + Placeholders.START)) // escaped
                        .isEmpty()) {
            throw SettingProblems.unresolved(origin(property), text);
        }
    }

    private String textOf(ConfigurationPropertyName property) {
        try {
            return binder.bind(property, Bindable.of(Object.class))
                    .map(String::valueOf)
                    .orElseGet(() -> binder.bind(property, Bindable.listOf(String.class))
                            .map(values -> String.join(",", values))
                            .orElse(""));
        } catch (BindException unreadable) {
            return "";
        }
    }

    /** Adds the text of a setting under its full name, unless it is not configured. */
    void putText(String key, Map<String, String> texts) {
        ConfigurationPropertyName property = name.append(key);
        if (written(sources, property).isPresent()) {
            placeholders.begin(property.toString());
            texts.put(property.toString(), textOf(property));
        } else {
            putNested(property, texts);
        }
    }

    private void putNested(ConfigurationPropertyName property, Map<String, String> texts) {
        try {
            nested(property).forEach((name, text) -> texts.put(name.toString(), text));
        } catch (ResilienceConfigurationException unresolved) {
            return; // reported by the reader of the setting
        }
    }

    /** The position of the source that a property comes from. */
    private int rank(ConfigurationPropertyName property) {
        for (int i = 0; i < sources.size(); i++) {
            if (written(sources.subList(i, i + 1), property).isPresent()) {
                return i;
            }
        }
        return 0;
    }

    private String origin(ConfigurationPropertyName property) {
        return location(sources, property);
    }

    /** The name of a property with its location, if that is known. */
    static String location(Iterable<ConfigurationPropertySource> sources, ConfigurationPropertyName property) {
        return written(sources, property)
                .map(found ->
                        found.getOrigin() == null ? property.toString() : property + " (" + found.getOrigin() + ")")
                .orElseGet(property::toString);
    }

    private static Optional<ConfigurationProperty> written(
            Iterable<ConfigurationPropertySource> sources, ConfigurationPropertyName property) {
        for (ConfigurationPropertySource source : sources) {
            ConfigurationProperty found = source.getConfigurationProperty(property);
            if (found == null) {
                found = source.getConfigurationProperty(property.append("[0]"));
            }
            if (found != null) {
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }
}
