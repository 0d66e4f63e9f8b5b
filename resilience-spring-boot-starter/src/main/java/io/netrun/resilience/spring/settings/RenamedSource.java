package io.netrun.resilience.spring.settings;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.util.StringUtils;

/** Some of a source's properties, under other names. */
final class RenamedSource extends EnumerablePropertySource<PropertySource<?>> implements OriginLookup<String> {

    private final Map<String, String> written;
    private final Map<String, Object> kept;

    /**
     * Selects properties of a source.
     *
     * @param written the names in the source, by new name
     */
    RenamedSource(PropertySource<?> source, Map<String, String> written) {
        this(source, written, Map.of());
    }

    /**
     * Selects properties of a source, some with former values.
     *
     * @param kept the values, by name in the source, that count in place of those in the source
     */
    RenamedSource(PropertySource<?> source, Map<String, String> written, Map<String, Object> kept) {
        super(source.getName(), source);
        this.written = written;
        this.kept = kept;
    }

    @Override
    public String[] getPropertyNames() {
        return StringUtils.toStringArray(written.keySet());
    }

    @Override
    public @Nullable Object getProperty(String name) {
        String original = written.get(name);
        if (original == null) {
            return null;
        }
        Object former = kept.get(original);
        return former == null ? source.getProperty(original) : former;
    }

    @Override
    public @Nullable Origin getOrigin(String name) {
        String original = written.get(name);
        return original == null ? null : PropertySourceOrigin.get(source, original);
    }
}
