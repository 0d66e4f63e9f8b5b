package io.netrun.resilience.spring.settings;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;

/**
 * A section of a source that cannot spell instance names exactly, such as environment variables. It is also looked up
 * under the name without brackets, ignoring case and dashes.
 *
 * @param source the source
 * @param section the section, such as {@code resilience.retry.instances[payment-api]}
 * @param relaxed its relaxed name, such as {@code resilience.retry.instances.payment-api}
 */
record RelaxedSource(
        ConfigurationPropertySource source, ConfigurationPropertyName section, ConfigurationPropertyName relaxed)
        implements ConfigurationPropertySource {

    @Override
    public @Nullable ConfigurationProperty getConfigurationProperty(ConfigurationPropertyName name) {
        ConfigurationProperty found = source.getConfigurationProperty(name);
        return found != null || !section.isAncestorOf(name)
                ? found
                : source.getConfigurationProperty(relaxed.append(name.subName(section.getNumberOfElements())));
    }

    @Override
    public ConfigurationPropertyState containsDescendantOf(ConfigurationPropertyName name) {
        ConfigurationPropertyState state = source.containsDescendantOf(name);
        if (state != ConfigurationPropertyState.ABSENT) {
            return state;
        }
        if (name.equals(section)) {
            return source.containsDescendantOf(relaxed);
        }
        return section.isAncestorOf(name)
                ? source.containsDescendantOf(relaxed.append(name.subName(section.getNumberOfElements())))
                : state;
    }
}
