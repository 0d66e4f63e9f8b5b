package io.netrun.resilience.spring.pattern;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.core.ResolvableType;
import org.springframework.core.convert.ConversionService;

/**
 * A constant of a fallback that is written as nested keys or as a list.
 *
 * @param properties the texts by the name below the key, such as {@code price}, {@code tags[0]} or {@code [0].name}
 */
public record NestedConstant(Map<String, String> properties) {

    /** The name of the constant in messages of the binder. */
    private static final String ROOT = "value";

    /** Copies the properties, in their order. */
    public NestedConstant {
        properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
    }

    /**
     * Binds the properties to a new object.
     *
     * @return null if nothing can be bound to the type
     * @throws BindException if a property cannot be converted, or the type has no such property
     */
    public @Nullable Object bind(ResolvableType type, ConversionService conversion) {
        Map<String, String> named = new LinkedHashMap<>();
        properties.forEach((name, text) -> named.put(full(name), text));
        Binder binder = new Binder(
                List.of(new MapConfigurationPropertySource(named)), null, List.of(conversion), null, null, null);
        return binder.bind(ROOT, Bindable.of(type), new NoUnboundElementsBindHandler(BindHandler.DEFAULT))
                .orElse(null);
    }

    private static String full(String name) {
        return name.startsWith("[") ? ROOT + name : ROOT + "." + name;
    }

    /** The properties as in YAML on one line. */
    @Override
    public String toString() {
        return properties.entrySet().stream()
                .map(each -> each.getKey() + ": " + each.getValue())
                .collect(Collectors.joining(", ", "{", "}"));
    }
}
