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

/** The settings of one instance in the configuration, or those for all instances of a pattern. */
final class Section {

    private static final String PLACEHOLDER = "${";

    private final ConfigurationPropertyName name;
    private final List<ConfigurationPropertySource> sources;
    private final Binder binder;

    /**
     * A section.
     *
     * @param sources those that may have a property of it, the one that wins first; they know the properties by this
     *     name
     * @param binder over these sources
     */
    Section(ConfigurationPropertyName name, List<ConfigurationPropertySource> sources, Binder binder) {
        this.name = name;
        this.sources = sources;
        this.binder = binder;
    }

    /**
     * A setting of it, or null if it is not written.
     *
     * @throws ResilienceConfigurationException if what is written is not of the type
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

    /** Spring reads an empty text as no value, for some types and not for others. */
    private void requireNothingWritten(ConfigurationPropertyName property, ResolvableType type) {
        if (written(sources, property).isPresent()) {
            String text = textOf(property);
            throw text.isBlank()
                    ? SettingProblems.empty(origin(property), type)
                    : SettingProblems.list(origin(property) + " is the list '" + text + "'", type);
        }
    }

    /** A placeholder that stands for nothing is left in the text, as Spring leaves it. */
    private void requireResolved(ConfigurationPropertyName property, String text) {
        if (text.contains(PLACEHOLDER)
                && written(sources, property)
                        .map(found -> String.valueOf(found.getValue()))
                        .filter(raw -> raw.contains("\\" + PLACEHOLDER)) // written to stand for itself
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
        return place(sources, property);
    }

    /** The property with the place where it was written, if that is known. */
    static String place(Iterable<ConfigurationPropertySource> sources, ConfigurationPropertyName property) {
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
