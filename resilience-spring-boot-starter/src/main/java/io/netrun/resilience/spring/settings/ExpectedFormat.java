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

/** Describes the expected format of a setting, for messages about values that do not have it. */
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
            return "Write it with a unit, such as 500ms, 2s or PT1M";
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
            return "Use fully qualified names of classes on the class path; there is no " + missing
                    + ForeignNames.exception(missing)
                            .map(thrown -> ". It is replaced by " + thrown)
                            .orElse("");
        }
        return String.valueOf(reason.getMessage());
    }

    /**
     * Returns the value if a setting can have it.
     *
     * @throws IllegalArgumentException if it is a list that contains anything other than exception classes
     */
    static Object checked(Object value) {
        if (value instanceof List<?> values) {
            for (Object element : values) {
                if (!(element instanceof Class<?> type) || !Throwable.class.isAssignableFrom(type)) {
                    String shown = element instanceof Class<?> other ? other.getName() : "an empty element";
                    throw new IllegalArgumentException(
                            "Use fully qualified names of exception classes; " + shown + " is not one");
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
