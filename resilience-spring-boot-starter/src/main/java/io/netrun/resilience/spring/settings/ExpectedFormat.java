package io.netrun.resilience.spring.settings;

import io.netrun.resilience.FailureMatcher;
import io.netrun.resilience.spring.pattern.ConstantSetting;
import io.netrun.resilience.spring.pattern.PercentileDelay;
import io.netrun.resilience.spring.problem.Causes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
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
        if (PercentileDelay.isTypeOf(target)) {
            return "a duration, or a percentile between p50 and p99.9";
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
        if (target == String.class || ConstantSetting.isTypeOf(target)) {
            return "a text";
        }
        if (target == Executor.class) {
            return "the name of an executor bean";
        }
        if (target.isAnnotationPresent(FunctionalInterface.class)) {
            return "the name of code: '@' and the name of a bean, or the name of a class";
        }
        if (isOfFailures(type) || target == FailureMatcher.class) {
            return "a list of exception classes and codes";
        }
        return target == List.class ? "a list of failures with their delays" : "a name";
    }

    /** Whether a type is a list of exception classes and codes. */
    static boolean isOfFailures(ResolvableType type) {
        return type.toClass() == List.class && type.getGeneric(0).toClass() == FailureMatcher.class;
    }

    static String remedy(ResolvableType type, Exception failure) {
        Class<?> target = type.toClass();
        if (target == Duration.class) {
            return "Write it with a unit, such as 500ms, 2s or PT1M";
        }
        if (PercentileDelay.isTypeOf(target)) {
            return "Write a duration with a unit, such as 80ms, or a percentile between p50 and p99.9, such as p95";
        }
        if (target.isEnum()) {
            return "Write one of " + constants(target);
        }
        if (ClassUtils.isPrimitiveOrWrapper(target)) {
            return "Write " + of(type);
        }
        return String.valueOf(Causes.mostSpecific(failure).getMessage());
    }

    /** The remedy for a list of exception classes and codes, with everything that is wrong with its elements. */
    static String remedyOfClasses(List<String> names) {
        Set<String> missing = new LinkedHashSet<>();
        Set<String> others = new LinkedHashSet<>();
        List<String> further = new ArrayList<>();
        for (String name : names) {
            if (name.contains(":")) {
                wrongCode(name).ifPresent(further::add);
                continue;
            }
            Class<?> type = classOf(name);
            if (name.isBlank()) {
                others.add("an empty element");
            } else if (type == null) {
                missing.add(name);
                ForeignNames.exception(name).ifPresent(thrown -> further.add(name + " is replaced by " + thrown));
            } else if (!Throwable.class.isAssignableFrom(type)) {
                others.add(type.getName());
            }
        }
        if (missing.isEmpty() && others.isEmpty()) {
            return String.join(". ", further);
        }
        String ofClasses = others.isEmpty()
                ? "Use fully qualified names of classes on the class path"
                : "Use fully qualified names of exception classes; " + String.join(", ", others)
                        + (others.size() == 1 ? " is not one" : " are none");
        return ofClasses
                + (missing.isEmpty() ? "" : "; there is no " + String.join(", no ", missing))
                + further.stream().map(each -> ". " + each).collect(Collectors.joining());
    }

    private static Optional<String> wrongCode(String text) {
        try {
            FailureMatcher.of(text.trim());
            return Optional.empty();
        } catch (IllegalArgumentException wrong) {
            return Optional.of(String.valueOf(wrong.getMessage()));
        }
    }

    private static @Nullable Class<?> classOf(String name) {
        try {
            return ClassUtils.forName(name, null);
        } catch (ClassNotFoundException | LinkageError missing) {
            return null;
        }
    }

    private static String constants(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(constant ->
                        ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .collect(Collectors.joining(", "));
    }
}
