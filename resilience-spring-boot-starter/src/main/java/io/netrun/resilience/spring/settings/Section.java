package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.ConstantSetting;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
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
        try {
            Object value = binder.bind(property, Bindable.of(type)).orElse(null);
            if (value == null) {
                requireNothingWritten(property, type);
                return null;
            }
            if (value instanceof String || ConstantSetting.isTypeOf(value.getClass())) {
                requireResolved(property, value.toString());
            }
            return new ValueWithOrigin(value, origin(property));
        } catch (BindException | IllegalArgumentException e) {
            if (isWrittenNowhere(property)) {
                return null; // of a source that cannot list its names, the binder tried parts of the value
            }
            throw wrong(property, type, e);
        }
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
        }
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
