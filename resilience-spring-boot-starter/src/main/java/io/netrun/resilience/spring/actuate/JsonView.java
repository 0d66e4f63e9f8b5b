package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.FailureMatcher;
import io.netrun.resilience.FailureText;
import io.netrun.resilience.spring.pattern.NamedCode;
import io.netrun.resilience.spring.settings.ExecutorBean;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Records as maps of plain values, so that the JSON is the same whichever version of Jackson writes it: names as in
 * Java, enum constants in kebab case, exceptions by simple name and message, times and durations in ISO 8601, classes,
 * codes, executor beans and code that settings name as they are written, and other code as "code".
 */
final class JsonView {

    private static final int MAX_TEXT = 300;
    private static final String UNREADABLE = "(unreadable)";

    private JsonView() {}

    static Map<String, @Nullable Object> of(Record snapshot) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        for (RecordComponent component : snapshot.getClass().getRecordComponents()) {
            Object value = read(component, snapshot);
            boolean isCode = value != null
                    && !(value instanceof NamedCode<?>)
                    && component.getType().isAnnotationPresent(FunctionalInterface.class);
            view.put(component.getName(), isCode ? "code" : plain(value));
        }
        return view;
    }

    static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
        if (value instanceof Class<?> type) {
            return type.getName();
        }
        if (value instanceof Throwable thrown) {
            return shortened(thrown.getClass().getSimpleName() + ": " + FailureText.messageOf(thrown));
        }
        if (value instanceof Collection<?> values) {
            return values.stream().map(JsonView::plain).toList();
        }
        if (value instanceof Map<?, ?> values) {
            Map<String, @Nullable Object> view = new LinkedHashMap<>();
            values.forEach((key, each) -> view.put(String.valueOf(key), plain(each)));
            return view;
        }
        if (value instanceof FailureMatcher) { // its classes may be records, which are values and not code
            return text(value);
        }
        if (value instanceof Record || (value instanceof Executor && !(value instanceof ExecutorBean))) {
            return "code";
        }
        return value == null || value instanceof Number || value instanceof Boolean ? value : text(value);
    }

    /** Values of the user's run code of the user's. */
    private static String text(Object value) {
        try {
            return String.valueOf(value);
        } catch (RuntimeException e) {
            return UNREADABLE;
        }
    }

    private static String shortened(String text) {
        return text.substring(0, Math.min(text.length(), MAX_TEXT));
    }

    private static @Nullable Object read(RecordComponent component, Record snapshot) {
        try {
            return component.getAccessor().invoke(snapshot);
        } catch (InvocationTargetException e) {
            return UNREADABLE;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
