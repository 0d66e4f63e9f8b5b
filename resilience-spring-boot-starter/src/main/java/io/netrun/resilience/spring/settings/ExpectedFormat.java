package io.netrun.resilience.spring.settings;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/** What a value should have looked like, for the message about one that did not. */
final class ExpectedFormat {

    private ExpectedFormat() {}

    static String of(ResolvableType type) {
        Class<?> target = type.toClass();
        if (target == Duration.class) {
            return "a duration";
        }
        if (target == int.class || target == Integer.class) {
            return "a whole number";
        }
        if (target == double.class) {
            return "a number";
        }
        if (target == boolean.class || target == Boolean.class) {
            return "true or false";
        }
        if (target.isEnum()) {
            return "one of " + constants(target);
        }
        if (target == Executor.class) {
            return "the name of an executor bean";
        }
        return target == List.class ? "a list of exception classes" : "a name";
    }

    static String remedy(ResolvableType type, Exception failure) {
        Class<?> target = type.toClass();
        if (target == Duration.class) {
            return "Write it with its unit, such as 500ms, 2s or PT1M";
        }
        if (target.isEnum()) {
            return "Write one of " + constants(target);
        }
        if (ClassUtils.isPrimitiveOrWrapper(target)) {
            return "Write " + of(type);
        }
        Throwable reason = NestedExceptionUtils.getMostSpecificCause(failure);
        if (target == List.class && reason instanceof ClassNotFoundException) {
            String missing = String.valueOf(reason.getMessage());
            return "Write the full names of classes that are on the class path; there is no " + missing
                    + ForeignNames.exception(missing)
                            .map(thrown -> ". The exception that replaces it is " + thrown)
                            .orElse("");
        }
        return String.valueOf(reason.getMessage());
    }

    /**
     * The value, if it is one that a setting can have.
     *
     * @throws IllegalArgumentException if it is a list with something else than exception classes
     */
    static Object checked(Object value) {
        if (value instanceof List<?> values) {
            for (Object element : values) {
                if (!(element instanceof Class<?> type) || !Throwable.class.isAssignableFrom(type)) {
                    String shown = element instanceof Class<?> other ? other.getName() : "an empty element";
                    throw new IllegalArgumentException(
                            "Write the full names of exception classes; " + shown + " is none");
                }
            }
        }
        return value;
    }

    private static String constants(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(constant ->
                        ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .collect(Collectors.joining(", "));
    }
}
