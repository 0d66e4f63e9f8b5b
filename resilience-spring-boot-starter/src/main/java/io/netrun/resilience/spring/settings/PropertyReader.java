package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.Patterns;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.ConfigurableEnvironment;

/** Reads single properties of the environment, with the place where each is written. */
final class PropertyReader {

    private final ConfigurableEnvironment environment;
    private final ApplicationConversionService conversion = new ApplicationConversionService();
    private final Binder binder;

    PropertyReader(ConfigurableEnvironment environment) {
        this.environment = environment;
        Patterns.all().forEach(pattern -> pattern.registerConverters(conversion));
        this.binder = binder(ConfigurationPropertySources.get(environment));
    }

    /**
     * Those sections in which anything may be written. Asked before any key is: most instances have no section at all, and
     * the look-ups of each key in each source would make up most of the start-up, and stay in Spring Boot's caches.
     */
    List<ConfigurationPropertyName> written(List<ConfigurationPropertyName> sections) {
        return sections.stream()
                .filter(section -> StreamSupport.stream(
                                ConfigurationPropertySources.get(environment).spliterator(), false)
                        .anyMatch(source -> source.containsDescendantOf(section) != ConfigurationPropertyState.ABSENT))
                .toList();
    }

    /** A key of the first section that has it, or null. */
    @Nullable
    Found firstIn(List<ConfigurationPropertyName> sections, String key, ResolvableType type) {
        for (ConfigurationPropertyName section : sections) {
            Found found = find(section.append(key), type);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /**
     * A property, or null if nobody has written it.
     *
     * @throws ResilienceConfigurationException if what is written is not of the type
     */
    @Nullable
    Found find(ConfigurationPropertyName property, ResolvableType type) {
        try {
            return binder.bind(property, Bindable.of(type))
                    .map(value -> new Found(value, origin(property)))
                    .orElse(null);
        } catch (BindException e) {
            throw SettingProblems.unreadable(origin(property) + " is '" + textOf(property) + "'", type, e);
        }
    }

    /**
     * A value as the configuration would be read if it had that value.
     *
     * @param what the setting, for messages
     * @throws ResilienceConfigurationException if the value is not of the type
     */
    @Nullable
    Object convert(Object value, ResolvableType type, String what) {
        try {
            return binder(List.of(new MapConfigurationPropertySource(Map.of("value", value))))
                    .bind("value", Bindable.of(type))
                    .orElse(null);
        } catch (BindException e) {
            throw SettingProblems.unreadable(what + " is '" + value + "'", type, e);
        }
    }

    private String textOf(ConfigurationPropertyName property) {
        return binder.bind(property, Bindable.of(Object.class))
                .map(String::valueOf)
                .orElse("");
    }

    /** The property with the place where it was written, if that is known. */
    private String origin(ConfigurationPropertyName property) {
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            var found = Optional.ofNullable(source.getConfigurationProperty(property))
                    .or(() -> Optional.ofNullable(source.getConfigurationProperty(property.append("[0]"))));
            if (found.isPresent()) {
                var origin = found.get().getOrigin();
                return origin == null ? property.toString() : property + " (" + origin + ")";
            }
        }
        return property.toString();
    }

    private Binder binder(Iterable<ConfigurationPropertySource> sources) {
        return new Binder(sources, new PropertySourcesPlaceholdersResolver(environment), conversion, null);
    }
}
