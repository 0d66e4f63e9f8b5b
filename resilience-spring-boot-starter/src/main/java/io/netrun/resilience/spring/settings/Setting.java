package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.Pattern;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;

/**
 * One setting of a pattern: a component of its configuration record, under the name that YAML has for it. The record is the
 * only place where a setting is declared.
 *
 * @param component of the configuration record
 * @param key in kebab case, such as {@code max-attempts}
 */
record Setting(RecordComponent component, String key) {

    /** The settings of a pattern that can be written down, in the order of the record. */
    static List<Setting> of(Pattern<?, ?> pattern) {
        return Arrays.stream(pattern.type().defaults().getClass().getRecordComponents())
                .map(component -> new Setting(component, kebab(component.getName())))
                .toList();
    }

    /** Whether it can be written down at all: code can not. */
    boolean isWritable() {
        Class<?> type = type().hasGenerics() && component.getType() == List.class
                ? type().getGeneric(0).toClass()
                : component.getType();
        return !type.isRecord() && !type.isAnnotationPresent(FunctionalInterface.class);
    }

    /** Its name in Java, annotations and JSON, such as {@code maxAttempts}. */
    String name() {
        return component.getName();
    }

    ResolvableType type() {
        return ResolvableType.forMethodReturnType(component.getAccessor());
    }

    @Nullable
    Object valueIn(Record config) {
        try {
            return component.getAccessor().invoke(config);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A configuration with other values.
     *
     * @param like one of the same class
     * @param values by Java name; those that are not named are as in the other
     * @throws IllegalArgumentException if one is out of its range
     */
    static <C extends Record> C with(C like, Map<String, ? extends @Nullable Object> values) {
        @SuppressWarnings("unchecked") // the class of a C
        Class<C> type = (Class<C>) like.getClass();
        List<RecordComponent> components = List.of(type.getRecordComponents());
        Object[] arguments = components.stream()
                .map(component -> values.containsKey(component.getName())
                        ? values.get(component.getName())
                        : new Setting(component, "").valueIn(like))
                .toArray();
        try {
            Constructor<C> constructor = type.getDeclaredConstructor(
                    components.stream().map(RecordComponent::getType).toArray(Class<?>[]::new));
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException outOfRange) {
                throw outOfRange;
            }
            throw new IllegalStateException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String kebab(String camel) {
        return camel.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
