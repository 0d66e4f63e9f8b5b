package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.core.ResolvableType;
import org.springframework.core.convert.ConversionService;
import org.springframework.core.convert.support.GenericConversionService;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;

/** Reads the sections of the configuration, with the place where each setting is written. */
final class PropertyReader {

    private final ConfigurableEnvironment environment;
    private final ConversionService conversion;

    /** How names become beans of the context, which are its own. */
    private final GenericConversionService beans = new GenericConversionService();

    private volatile ConfiguredSettings written;

    /**
     * A reader.
     *
     * @param factory has the beans that settings can name; null to take any name
     * @param conversion one for all contexts of an application, since what has the same name is shared within one
     */
    PropertyReader(
            ConfigurableEnvironment environment, @Nullable ListableBeanFactory factory, ConversionService conversion) {
        this.environment = environment;
        this.beans.addConverter(String.class, Executor.class, new ExecutorBeans(factory));
        this.conversion = conversion;
        this.written = ConfiguredSettings.in(environment);
    }

    /** What is written now. */
    ConfiguredSettings written() {
        return written;
    }

    /** Looks again at what is written. */
    ConfiguredSettings refresh() {
        ConfiguredSettings present = ConfiguredSettings.in(environment);
        written = present;
        return present;
    }

    /** How texts become values; shared, so that what has the same name is the same object. */
    ConversionService conversion() {
        return conversion;
    }

    /**
     * A section. Only sources that may have something in it are part of it: most instances have no section at all, and
     * the look-ups of each key in each source would make up most of the start-up.
     *
     * @param name null if an instance of that name cannot have one
     * @param relaxed the name in sources that cannot spell it
     */
    Section section(@Nullable ConfigurationPropertyName name, ConfigurationPropertyName relaxed) {
        ConfiguredSettings present = written;
        List<ConfigurationPropertySource> sources = new ArrayList<>();
        if (name != null) {
            for (ConfigurationPropertySource source : present.sources()) {
                Map<String, String> properties = present.properties(name, source.getUnderlyingSource());
                if (!properties.isEmpty()) {
                    PropertySource<?> document = (PropertySource<?>) source.getUnderlyingSource();
                    sources.add(ConfigurationPropertySource.from(new RenamedSource(document, properties)));
                } else if (!ConfiguredSettings.isExact(source)) {
                    ConfigurationPropertySource asked = new RelaxedSource(source, name, relaxed);
                    if (asked.containsDescendantOf(name) != ConfigurationPropertyState.ABSENT) {
                        sources.add(asked);
                    }
                }
            }
        }
        return new Section(name == null ? relaxed : name, sources, binder(sources));
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
            Object converted = binder(List.of(new MapConfigurationPropertySource(Map.of("value", value))))
                    .bind("value", Bindable.of(type))
                    .orElse(null);
            if (converted == null) {
                throw SettingProblems.empty(what, type);
            }
            return ExpectedFormat.checked(converted);
        } catch (BindException | IllegalArgumentException e) {
            throw SettingProblems.unreadable(what + " is '" + value + "'", type, e);
        }
    }

    private Binder binder(Iterable<ConfigurationPropertySource> sources) {
        return new Binder(
                sources,
                new PropertySourcesPlaceholdersResolver(environment),
                List.of(beans, conversion),
                null,
                null,
                null);
    }
}
