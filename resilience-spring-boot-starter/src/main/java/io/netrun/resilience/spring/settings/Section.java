package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.core.ResolvableType;

/** The configured settings of one instance, or the defaults for all instances of a pattern. */
final class Section {

    private static final String PLACEHOLDER = "${";

    private final ConfigurationPropertyName name;
    private final List<ConfigurationPropertySource> sources;
    private final Binder binder;

    /**
     * Creates a section.
     *
     * @param name the name of the section
     * @param sources the sources that may have its properties under this name; the first one that has a property wins
     * @param binder a binder over these sources
     */
    Section(ConfigurationPropertyName name, List<ConfigurationPropertySource> sources, Binder binder) {
        this.name = name;
        this.sources = sources;
        this.binder = binder;
    }

    /** Whether no source can have a setting of this section. */
    boolean isEmpty() {
        return sources.isEmpty();
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
        try {
            Object value = binder.bind(property, Bindable.of(type)).orElse(null);
            if (value == null) {
                requireNothingWritten(property, type);
                return null;
            }
            if (value instanceof String text) {
                requireResolved(property, text);
            }
            return new ValueWithOrigin(ExpectedFormat.checked(value), origin(property));
        } catch (BindException | IllegalArgumentException e) {
            String text = textOf(property);
            requireResolved(property, text);
            if (text.isBlank()) {
                throw SettingProblems.empty(origin(property), type);
            }
            throw SettingProblems.unreadable(origin(property) + " is '" + text + "'", type, e);
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
        if (text.contains(PLACEHOLDER)
                && written(sources, property)
                        .map(found -> String.valueOf(found.getValue()))
                        .filter(raw -> raw.contains("\\" + PLACEHOLDER)) // escaped
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
