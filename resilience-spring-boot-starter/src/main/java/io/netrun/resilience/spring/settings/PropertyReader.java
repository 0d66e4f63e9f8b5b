package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
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
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.core.ResolvableType;
import org.springframework.core.convert.ConversionService;
import org.springframework.core.convert.support.GenericConversionService;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;

/** Reads the sections of the configuration, with the origin of each setting. */
final class PropertyReader {

    private final ConfigurableEnvironment environment;
    private final Placeholders placeholders;
    private final ConversionService conversion;

    /** Converts names to beans. Separate for each context, since each has its own beans. */
    private final GenericConversionService beans = new GenericConversionService();

    /** For sections without a source, which read nothing. */
    private final Placeholders.Resolver noPlaceholders;

    private final Binder nothing;

    private volatile ConfiguredSettings written;

    /**
     * Creates a reader.
     *
     * @param factory the beans that settings can refer to; null to accept any name
     * @param conversion shared by all contexts of an application, so that equal names lead to the same object
     */
    PropertyReader(
            ConfigurableEnvironment environment, @Nullable ListableBeanFactory factory, ConversionService conversion) {
        this.environment = environment;
        this.placeholders = new Placeholders(environment);
        this.beans.addConverter(String.class, Executor.class, new ExecutorBeans(factory));
        this.beans.addConverter(new NamedCodes(factory));
        this.conversion = conversion;
        this.noPlaceholders = placeholders.resolver();
        this.nothing = binder(List.of(), noPlaceholders);
        this.written = ConfiguredSettings.in(environment);
    }

    /** The configuration as last read. */
    ConfiguredSettings written() {
        return written;
    }

    /** Reads the configuration again. */
    ConfiguredSettings refresh() {
        ConfiguredSettings present = ConfiguredSettings.in(environment);
        written = present;
        return present;
    }

    /** Goes back to a configuration that was read before, since the present one has been rejected. */
    void restore(ConfiguredSettings former) {
        former.keepValues();
        written = former;
    }

    /** The placeholders in settings. */
    Placeholders placeholders() {
        return placeholders;
    }

    /** The conversion of texts to values, shared by all contexts. */
    ConversionService conversion() {
        return conversion;
    }

    /**
     * Returns a section. It includes only the sources that may have a property in it: most instances have no section at
     * all, and looking up each key in each source would dominate the start-up time.
     *
     * @param name the name of the section; null if no section can have it
     * @param relaxed the name used in sources that cannot spell the exact one
     */
    Section section(@Nullable ConfigurationPropertyName name, ConfigurationPropertyName relaxed) {
        ConfiguredSettings present = written;
        List<ConfigurationPropertySource> sources = new ArrayList<>();
        if (name != null) {
            for (ConfigurationPropertySource source : present.sources()) {
                Map<String, String> properties = present.properties(name, source.getUnderlyingSource());
                if (!properties.isEmpty()) {
                    PropertySource<?> document = (PropertySource<?>) source.getUnderlyingSource();
                    sources.add(ConfigurationPropertySource.from(
                            new RenamedSource(document, properties, present.keptValues(document))));
                } else if (present.isToBeAsked(source)) {
                    ConfigurationPropertySource asked = new RelaxedSource(source, name, relaxed);
                    if (asked.containsDescendantOf(name) != ConfigurationPropertyState.ABSENT) {
                        sources.add(asked);
                    }
                }
            }
        }
        if (sources.isEmpty()) {
            return new Section(name == null ? relaxed : name, sources, nothing, noPlaceholders);
        }
        Placeholders.Resolver resolver = placeholders.resolver();
        return new Section(name == null ? relaxed : name, sources, binder(sources, resolver), resolver);
    }

    /** The section of an instance; empty if no section can have the name. */
    Section section(PatternDescriptor<?, ?> pattern, String name) {
        return section(
                SettingsResolver.ofInstance(pattern, name),
                ConfigurationPropertyName.adapt(SettingsResolver.instances(pattern) + "." + name, '.'));
    }

    /**
     * Converts a value as if it had been read from the configuration.
     *
     * @param what the setting, for messages
     * @throws ResilienceConfigurationException if the value cannot be converted to the type
     */
    @Nullable
    Object convert(Object value, ResolvableType type, String what) {
        try {
            Object converted = binder(
                            List.of(new MapConfigurationPropertySource(Map.of("value", value))),
                            placeholders.resolver())
                    .bind("value", Bindable.of(type))
                    .orElse(null);
            if (converted == null) {
                throw SettingProblems.empty(what, type);
            }
            return converted;
        } catch (BindException | IllegalArgumentException e) {
            throw SettingProblems.unreadable(what + " is '" + value + "'", type, e);
        }
    }

    private Binder binder(Iterable<ConfigurationPropertySource> sources, Placeholders.Resolver resolver) {
        return new Binder(sources, resolver, List.of(beans, conversion), null, null, null);
    }
}
