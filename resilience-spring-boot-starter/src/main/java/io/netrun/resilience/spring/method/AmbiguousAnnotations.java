package io.netrun.resilience.spring.method;

import io.netrun.resilience.spring.pattern.PipelineSlot;
import io.netrun.resilience.spring.problem.Problem;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;

/**
 * Finds two annotations of one pattern that are equally close to a method and have different settings, such as two
 * meta-annotations, or the annotations of two interfaces. Only one of them is used, and which one is undefined.
 */
final class AmbiguousAnnotations {

    private AmbiguousAnnotations() {}

    /** The problem of a method; null if there is none. */
    static @Nullable Problem of(PipelineSlot slot, Method method, Class<?> type) {
        boolean atMethod = Declaration.isAtMethod(method, type, slot);
        Stream<? extends AnnotatedElement> elements = atMethod
                ? Stream.concat(Stream.of(method), ImplementedMethods.of(method, type).stream())
                : Stream.of(type);
        // An interface can be above several of the elements.
        Set<@Nullable Object> sources = new HashSet<>();
        List<MergedAnnotation<Annotation>> all = elements.<MergedAnnotation<Annotation>>flatMap(
                        element -> annotations(slot, element, sources).stream())
                .toList();
        if (all.size() < 2) {
            return null;
        }
        MergedAnnotation<Annotation> counts = all.get(0);
        return all.stream()
                .filter(isAsNearAs(counts, atMethod ? method.getDeclaringClass() : type))
                .filter(other -> !other.synthesize().equals(counts.synthesize()))
                .findFirst()
                .map(other -> Problem.tolerable(
                        type.getName() + "." + UserClasses.name(method, type) + " has two different annotations "
                                + slot.title() + ": that of " + title(counts) + " counts, and that of " + title(other)
                                + " does not",
                        "Keep one of them, or write " + slot.title() + " on the method itself"))
                .orElse(null);
    }

    /** A class's own annotation is closer than that of a supertype; all others are equally close. */
    private static Predicate<MergedAnnotation<Annotation>> isAsNearAs(
            MergedAnnotation<Annotation> counts, Class<?> own) {
        Class<?> type = declaringClass(counts);
        return other -> {
            Class<?> otherType = declaringClass(other);
            return type == otherType
                    ? other.getDistance() == counts.getDistance()
                    : type != null && type != own && otherType != null && !otherType.isAssignableFrom(type);
        };
    }

    private static List<MergedAnnotation<Annotation>> annotations(
            PipelineSlot slot, AnnotatedElement element, Set<@Nullable Object> sources) {
        List<MergedAnnotation<Annotation>> found =
                MergedAnnotations.from(element, SearchStrategy.TYPE_HIERARCHY).<Annotation>stream(
                                slot.annotation().getName())
                        .filter(annotation -> !sources.contains(annotation.getSource()))
                        .toList();
        found.forEach(annotation -> sources.add(annotation.getSource()));
        return found;
    }

    private static @Nullable Class<?> declaringClass(MergedAnnotation<Annotation> annotation) {
        Object source = annotation.getSource();
        return source instanceof Method method
                ? method.getDeclaringClass()
                : source instanceof Class<?> type ? type : null;
    }

    private static String title(MergedAnnotation<Annotation> annotation) {
        Class<?> type = declaringClass(annotation);
        String where = type == null ? "" : " of " + type.getSimpleName();
        return "@" + annotation.getRoot().getType().getSimpleName() + where;
    }
}
