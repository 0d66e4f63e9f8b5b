package io.netrun.resilience.spring.settings;

import io.netrun.resilience.FailureMatcher;
import io.netrun.resilience.spring.pattern.NamedCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/** The values of an annotation that are lists, of classes and of texts. */
final class AnnotatedList {

    private AnnotatedList() {}

    /**
     * The elements as values of a setting.
     *
     * @param conversion of an element that is no class
     */
    static List<Object> converted(Object[] elements, Function<Object, @Nullable Object> conversion) {
        List<Object> converted = new ArrayList<>();
        for (Object element : elements) {
            Object value = element instanceof Class<?> type
                    ? FailureMatcher.of(type.asSubclass(Throwable.class))
                    : conversion.apply(element);
            if (value != null) {
                converted.add(value);
            }
        }
        return List.copyOf(converted);
    }

    /** A value of an annotation with its texts changed. */
    static Object withTexts(Object value, UnaryOperator<String> change) {
        if (value instanceof String text) {
            return change.apply(text);
        }
        return value instanceof Object[] elements && !(value instanceof Class<?>[])
                ? Arrays.stream(elements)
                        .map(element -> element instanceof String text ? change.apply(text) : element)
                        .toArray()
                : value;
    }

    /** The elements as they are written. */
    static List<String> texts(Object[] elements) {
        return Arrays.stream(elements)
                .map(element -> element instanceof Class<?> type ? type.getName() : String.valueOf(element))
                .toList();
    }

    /** The classes that the value of a setting names. */
    static List<Class<?>> classesIn(@Nullable Object value) {
        if (value instanceof NamedCode<?>) {
            return classes(value.toString());
        }
        List<Class<?>> classes = new ArrayList<>();
        if (value instanceof List<?> elements) {
            for (Object element : elements) {
                String text = String.valueOf(element); // such as java.io.IOException=PT5S
                classes.addAll(classes(text.contains("=") ? text.substring(0, text.indexOf('=')) : text));
            }
        }
        return classes;
    }

    private static List<Class<?>> classes(String name) {
        try {
            return List.of(ClassUtils.forName(name, null));
        } catch (ClassNotFoundException | LinkageError | IllegalArgumentException none) {
            return List.of(); // a code, or a bean
        }
    }
}
