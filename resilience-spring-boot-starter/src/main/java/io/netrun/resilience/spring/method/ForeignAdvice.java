package io.netrun.resilience.spring.method;

import io.netrun.resilience.Policy;
import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.settings.Compatibility;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * Finds methods that another library protects in addition to this one. Both sets of annotations are in effect then:
 * attempts multiply, and a call needs the permits of both. The other libraries are known by names alone. Thread-safe.
 */
final class ForeignAdvice {

    private static final Logger log = LoggerFactory.getLogger(ForeignAdvice.class);

    /** An annotation of Spring Retry that calls no method: it marks the one that replaces a result. */
    private static final String RECOVER = "org.springframework.retry.annotation.Recover";

    /** What the names of the libraries' classes begin with. */
    private static final List<String> PREFIXES =
            List.of("io.github.resilience4j.", "org.springframework.resilience.", "org.springframework.retry.");

    private static final String ASPECT_CREATOR =
            "org.springframework.aop.aspectj.annotation.AnnotationAwareAspectJAutoProxyCreator";

    private final Environment environment;
    private final boolean isCompatible;
    private final SingletonSupplier<Set<String>> types;

    /**
     * Creates it for the methods of the beans of a context.
     *
     * @param beans has the advice of other libraries; nothing is created
     */
    ForeignAdvice(ConfigurableListableBeanFactory beans, Environment environment) {
        this.environment = environment;
        this.isCompatible = Compatibility.isOn(environment);
        this.types = SingletonSupplier.of(() -> types(beans));
    }

    /**
     * A library with annotations.
     *
     * @param title its name
     * @param prefix what the names of its classes begin with
     * @param annotations the names of its annotations with the names of this library's for the same
     * @param advice how its advice is recognized
     */
    private record Library(String title, String prefix, Map<String, String> annotations, Advice advice) {

        static Library of(String key, String title, String prefix, Advice advice) {
            return new Library(title, prefix, MappingTable.get().renamed(key, "annotation"), advice);
        }
    }

    /** The libraries. Their names are read from a table, which is done where one of them has beans. */
    private static final class Libraries {

        static final Library RESILIENCE4J = Library.of(
                MappingTable.RESILIENCE4J,
                "resilience4j",
                "io.github.resilience4j.",
                (type, annotation) -> type.endsWith("Aspect"));

        static final List<Library> ALL = List.of(
                Library.of(
                        MappingTable.SPRING_FRAMEWORK,
                        "Spring Framework",
                        "org.springframework.resilience.",
                        (type, annotation) -> type.endsWith("BeanPostProcessor")
                                && type.startsWith(annotation.equals("Retryable") ? "Retry" : annotation)),
                Library.of(
                        MappingTable.SPRING_RETRY,
                        "Spring Retry",
                        "org.springframework.retry.",
                        (type, annotation) -> type.equals("RetryConfiguration")),
                RESILIENCE4J);
    }

    /** Whether one of a library's classes, by its simple name, is that of the advice that reads an annotation. */
    private interface Advice {

        boolean reads(String type, String annotation);
    }

    /** An annotation of another library on a method or its class. */
    private record Found(Library library, String name, Map<String, Object> attributes) {

        String title() {
            return "@" + simple(name) + " of " + library.title;
        }

        /** The annotation of this library for the same pattern. */
        String counterpart() {
            return "@" + simple(library.annotations.getOrDefault(name, ""));
        }

        boolean isRetry() {
            return counterpart().equals("@Retry");
        }

        /** A stateful retry makes one attempt with each call, and its caller the next. */
        boolean isRetryingWithinACall() {
            return isRetry() && !Boolean.TRUE.equals(attributes.get("stateful"));
        }
    }

    /**
     * The warning about a method that other libraries protect, too; null if there is none.
     *
     * @param declarations what the annotations of this library declare for it
     * @param policies the policies around it, outermost first
     */
    @Nullable
    Problem warning(Method method, Class<?> type, List<Declaration> declarations, List<Policy> policies) {
        List<Found> found = found(method, type);
        if (found.isEmpty()) {
            return null;
        }
        List<String> titles = declarations.stream()
                .map(each -> each.slot().title())
                .distinct()
                .toList();
        String where = type.getName() + "." + UserClasses.name(method, type) + " is annotated with "
                + String.join(", ", titles) + ", and with "
                + found.stream().map(Found::title).collect(Collectors.joining(" and "));
        if (found.stream().allMatch(each -> each.name().equals(RECOVER))) {
            return Problem.tolerable(
                    where + ", which calls the method on the bean itself: as a recovery, it runs unprotected",
                    "Put " + titles.get(0) + " on a method of another bean that this one calls,"
                            + " or use @Fallback instead of @Recover");
        }
        return Problem.tolerable(where + ": " + effect(found, titles, policies), remedy(found, titles));
    }

    private String effect(List<Found> found, List<String> titles, List<Policy> policies) {
        List<String> effects = new ArrayList<>();
        found.stream().filter(Found::isRetryingWithinACall).findFirst().ifPresent(retry -> {
            long ours = attempts(policies);
            if (ours > 1) {
                effects.add("attempts multiply" + product(ours, attempts(retry)));
            }
        });
        found.stream()
                .filter(each -> !each.isRetry() && titles.contains(each.counterpart()))
                .forEach(each -> effects.add(
                        switch (each.counterpart()) {
                            case "@CircuitBreaker" -> "a failure counts in the circuits of both";
                            case "@Timeout" -> "the shorter of both time limits applies";
                            default -> "each call needs a permit of both";
                        }));
        return "both are in effect, "
                + (effects.isEmpty()
                        ? "in an order that resilience.order does not determine"
                        : "and " + String.join(", and ", effects));
    }

    private static String product(long ours, long theirs) {
        return theirs > 0
                ? " to up to %d x %d = %d for each call".formatted(ours, theirs, ours * theirs)
                : ", up to %d for each attempt of the other".formatted(ours);
    }

    private static String remedy(List<Found> found, List<String> titles) {
        return found.stream()
                .filter(each -> !each.name().equals(RECOVER))
                .map(each -> titles.contains(each.counterpart())
                        ? "Remove " + each.title() + " or " + each.counterpart()
                        : "Replace " + each.title() + " by " + each.counterpart() + " of this library")
                .collect(Collectors.joining(". "));
    }

    /** How often the policies of this library can make a call. */
    private static long attempts(List<Policy> policies) {
        long attempts = 1;
        for (Policy policy : policies) {
            if (policy.isEnabled()) {
                attempts *= PatternDescriptors.of(policy)
                        .map(pattern -> pattern.attempts(policy))
                        .orElse(1);
            }
        }
        return attempts;
    }

    /** How often the other library can make a call; 0 if unknown. */
    private long attempts(Found retry) {
        if (retry.attributes().containsKey("maxRetries")) {
            return number(retry, "maxRetriesString", "maxRetries", 1); // of Spring Framework
        }
        boolean isReplaced = !retry.attributes().getOrDefault("interceptor", "").equals("");
        return isReplaced ? 0 : number(retry, "maxAttemptsExpression", "maxAttempts", 0);
    }

    private long number(Found retry, String expression, String attribute, long more) {
        String text = String.valueOf(retry.attributes().getOrDefault(expression, ""));
        try {
            Object value = text.isEmpty() ? retry.attributes().get(attribute) : environment.resolvePlaceholders(text);
            return Long.parseLong(String.valueOf(value).strip()) + more;
        } catch (IllegalArgumentException evaluated) { // an expression, whose value is not known here
            return 0;
        }
    }

    private List<Found> found(Method method, Class<?> type) {
        if (types.obtain().isEmpty()) {
            return List.of();
        }
        List<Found> found = new ArrayList<>();
        for (Library library : Libraries.ALL) {
            if (library.equals(Libraries.RESILIENCE4J) && isCompatible) {
                continue; // its annotations are read by this library, then
            }
            for (String annotation : library.annotations.keySet()) {
                if (isActive(library, annotation)) {
                    Map<String, Object> attributes = library.equals(Libraries.RESILIENCE4J)
                            ? Declaration.foreignAttributes(method, type, annotation)
                            : attributes(method, type, annotation);
                    if (attributes != null) {
                        found.add(new Found(library, annotation, attributes));
                    }
                }
            }
        }
        return found;
    }

    /** As Spring finds them: on the method, what it overrides or implements, and on its class and its supertypes. */
    private static @Nullable Map<String, Object> attributes(Method method, Class<?> type, String annotation) {
        return Stream.of(method, type)
                .map(element -> MergedAnnotations.from(element, SearchStrategy.TYPE_HIERARCHY)
                        .get(annotation))
                .filter(MergedAnnotation::isPresent)
                .findFirst()
                .filter(each -> !isPartOfAnother(each))
                .map(each -> each.asAnnotationAttributes(MergedAnnotation.Adapt.CLASS_TO_STRING))
                .orElse(null);
    }

    /** Whether it is a meta-annotation of another one of the same library, which is found by itself. */
    private static boolean isPartOfAnother(MergedAnnotation<?> annotation) {
        return annotation.getMetaTypes().stream()
                .filter(type -> type != annotation.getType())
                .anyMatch(type ->
                        Libraries.ALL.stream().anyMatch(library -> library.annotations.containsKey(type.getName())));
    }

    private boolean isActive(Library library, String annotation) {
        return types.obtain().stream()
                .anyMatch(type ->
                        type.startsWith(library.prefix) && library.advice.reads(simple(type), simple(annotation)));
    }

    /**
     * The classes of the other libraries' beans. Post-processors of a parent do not process the beans of a child, and
     * nothing applies the aspects of resilience4j with {@code spring.aop.auto: false}.
     */
    private static Set<String> types(ConfigurableListableBeanFactory beans) {
        Set<String> types = new HashSet<>();
        AtomicBoolean aspectsApply = new AtomicBoolean();
        BeanFactory each = beans;
        while (each instanceof ConfigurableListableBeanFactory factory) {
            factory.getBeanNamesIterator().forEachRemaining(name -> {
                Class<?> type = typeOf(factory, name);
                if (type == null || (factory != beans && BeanPostProcessor.class.isAssignableFrom(type))) {
                    return;
                }
                if (PREFIXES.stream().anyMatch(type.getName()::startsWith)) {
                    types.add(ClassUtils.getUserClass(type).getName());
                } else if (isAspectCreator(type)) {
                    aspectsApply.set(true);
                }
            });
            each = factory.getParentBeanFactory();
        }
        if (!aspectsApply.get()) {
            types.removeIf(type -> type.startsWith(PREFIXES.get(0)));
        }
        return types;
    }

    /** By name: an application with proxies may lack AspectJ, which the class refers to. */
    private static boolean isAspectCreator(Class<?> type) {
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            if (each.getName().equals(ASPECT_CREATOR)) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable Class<?> typeOf(ConfigurableListableBeanFactory factory, String name) {
        try {
            return factory.getType(name, false);
        } catch (RuntimeException | LinkageError unreadable) {
            log.debug("The type of bean '{}' cannot be determined", name, unreadable);
            return null;
        }
    }

    private static String simple(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
