package io.netrun.resilience.spring.settings;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
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
        if (target == String.class) {
            return "a text";
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
        return String.valueOf(NestedExceptionUtils.getMostSpecificCause(failure).getMessage());
    }

    /** The remedy for a list of exception classes, with everything that is wrong with its elements. */
    static String remedyOfClasses(List<String> names) {
        Set<String> missing = new LinkedHashSet<>();
        Set<String> others = new LinkedHashSet<>();
        Set<String> replaced = new LinkedHashSet<>();
        for (String name : names) {
            Class<?> type = classOf(name);
            if (name.isBlank()) {
                others.add("an empty element");
            } else if (type == null) {
                missing.add(name);
                ForeignNames.exception(name)
                        .ifPresent(thrown -> replaced.add(". " + name + " is replaced by " + thrown));
            } else if (!Throwable.class.isAssignableFrom(type)) {
                others.add(type.getName());
            }
        }
        if (others.isEmpty()) {
            return "Use fully qualified names of classes on the class path"
                    + (missing.isEmpty() ? "" : "; there is no " + String.join(", no ", missing))
                    + String.join("", replaced);
        }
        return "Use fully qualified names of exception classes; " + String.join(", ", others)
                + (others.size() == 1 ? " is not one" : " are none")
                + (missing.isEmpty() ? "" : "; there is no " + String.join(", no ", missing))
                + String.join("", replaced);
    }

    private static @Nullable Class<?> classOf(String name) {
        try {
            return ClassUtils.forName(name, null);
        } catch (ClassNotFoundException | LinkageError missing) {
            return null;
        }
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
