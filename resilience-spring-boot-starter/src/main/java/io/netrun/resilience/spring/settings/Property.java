package io.netrun.resilience.spring.settings;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    /** The name of an instance, in the section {@code instances} of a pattern, outside of brackets. */
    private static final Pattern UNBRACKETED = Pattern.compile("(?i)[^.]+\\.[^.]+\\.instances\\.([^\\[\\]]+)\\.[^.]+");

    /** The name of an instance as its source spells it; empty if it is in brackets. */
    String unbracketedName() {
        Matcher matcher = UNBRACKETED.matcher(written);
        return matcher.matches() ? matcher.group(1) : "";
    }

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
