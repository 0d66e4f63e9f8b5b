package io.netrun.resilience.spring.settings;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.core.env.EnumerablePropertySource;

/**
 * A property in a source.
 *
 * @param written its name as the source spells it
 * @param name the parsed name
 */
record Property(EnumerablePropertySource<?> source, String written, ConfigurationPropertyName name) {

    boolean isBlank() {
        Object value = source.getProperty(written);
        // Spring Boot 4 keeps an empty section as an empty map.
        return value == null || value.toString().isBlank() || (value instanceof Map<?, ?> section && section.isEmpty());
    }

    /** An element as it is written. */
    String element(int index) {
        return name.getElement(index, Form.ORIGINAL);
    }

    /** The elements up to an index, as they are written. */
    List<String> elements(int end) {
        return IntStream.range(0, end).mapToObj(this::element).toList();
    }

    int size() {
        return name.getNumberOfElements();
    }

    /** Where it is written: the file and line if they are known. */
    String origin() {
        return String.valueOf(PropertySourceOrigin.get(source, written));
    }
}
