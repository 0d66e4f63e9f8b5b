package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.FailureText;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Records as maps of plain values, so that the JSON is the same whichever version of Jackson writes it: names as in Java,
 * enum constants in lower case, exceptions by simple name and message, times and durations in ISO 8601, classes by name, and code
 * as "code".
 */
final class JsonView {

    private static final int MAX_TEXT = 300;

    private JsonView() {}

    static Map<String, @Nullable Object> of(Record snapshot) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        for (RecordComponent component : snapshot.getClass().getRecordComponents()) {
            Object value = read(component, snapshot);
            boolean isCode = value != null && component.getType().isAnnotationPresent(FunctionalInterface.class);
            view.put(component.getName(), isCode ? "code" : plain(value));
        }
        return view;
    }

    static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT);
        }
        if (value instanceof Class<?> type) {
            return type.getName();
        }
        if (value instanceof Throwable thrown) {
            String text = thrown.getClass().getSimpleName() + ": " + FailureText.messageOf(thrown);
            return text.substring(0, Math.min(text.length(), MAX_TEXT));
        }
        if (value instanceof Collection<?> values) {
            return values.stream().map(JsonView::plain).toList();
        }
        if (value instanceof Record) {
            return "code";
        }
        return value == null || value instanceof Number || value instanceof Boolean ? value : value.toString();
    }

    private static @Nullable Object read(RecordComponent component, Record snapshot) {
        try {
            return component.getAccessor().invoke(snapshot);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
