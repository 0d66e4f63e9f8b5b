package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.FailureMatcher;
import io.netrun.resilience.FailureText;
import io.netrun.resilience.spring.pattern.NamedCode;
import io.netrun.resilience.spring.settings.ExecutorBean;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
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

    /** Looked up once for each class, since that takes longer than to read them. */
    private static final ClassValue<List<Component>> COMPONENTS = new ClassValue<>() {
        @Override
        protected List<Component> computeValue(Class<?> type) {
            return Arrays.stream(type.getRecordComponents()).map(Component::of).toList();
        }
    };

    private record Component(String name, Method accessor, boolean mayBeCode) {

        static Component of(RecordComponent component) {
            return new Component(
                    component.getName(),
                    component.getAccessor(),
                    component.getType().isAnnotationPresent(FunctionalInterface.class));
        }
    }

    private JsonView() {}

    static Map<String, @Nullable Object> of(Record snapshot) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        for (Component component : COMPONENTS.get(snapshot.getClass())) {
            Object value = read(component.accessor, snapshot);
            boolean isCode = component.mayBeCode && value != null && !(value instanceof NamedCode<?>);
            view.put(component.name, isCode ? "code" : plain(value));
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

    private static @Nullable Object read(Method accessor, Record snapshot) {
        try {
            return accessor.invoke(snapshot);
        } catch (InvocationTargetException e) {
            return UNREADABLE;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
