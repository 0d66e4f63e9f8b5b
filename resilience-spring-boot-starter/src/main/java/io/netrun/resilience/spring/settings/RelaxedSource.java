package io.netrun.resilience.spring.settings;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;

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

    private static final Pattern DASH = Pattern.compile("-(\\w)");

    @Override
    public @Nullable ConfigurationProperty getConfigurationProperty(ConfigurationPropertyName name) {
        ConfigurationProperty found = source.getConfigurationProperty(name);
        if (found != null || !section.isAncestorOf(name)) {
            return found;
        }
        ConfigurationPropertyName key = name.subName(section.getNumberOfElements());
        found = source.getConfigurationProperty(relaxed.append(key));
        return found == null ? asWritten(name, key) : found;
    }

    /**
     * Asks a source that cannot list its names for the name in the spelling of the code, which Spring's lookup changes
     * to lower case.
     */
    private @Nullable ConfigurationProperty asWritten(ConfigurationPropertyName name, ConfigurationPropertyName key) {
        if (!(source.getUnderlyingSource() instanceof PropertySource<?> properties)
                || properties instanceof EnumerablePropertySource<?>) {
            return null;
        }
        int last = section.getNumberOfElements() - 1;
        String start = section.chop(last) + "." + section.getElement(last, Form.ORIGINAL) + ".";
        Object value = properties.getProperty(start + key);
        if (value == null) {
            value = properties.getProperty(start + camelCase(key.toString()));
        }
        return value == null ? null : new ConfigurationProperty(name, value, null);
    }

    private static String camelCase(String key) {
        return DASH.matcher(key).replaceAll(letter -> letter.group(1).toUpperCase(Locale.ROOT));
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
