package io.netrun.resilience.spring.method;

import io.netrun.resilience.spring.pattern.PipelineSlot;
import io.netrun.resilience.spring.problem.Problem;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;

/**
 * Finds two annotations of one pattern that are as near to a method as each other and ask for different things, such as
 * two meta-annotations, or those of two interfaces. Only one of them counts, and which one is by chance.
 */
final class AmbiguousAnnotations {

    private AmbiguousAnnotations() {}

    /** The problem of a method; null if there is none. */
    static @Nullable Problem of(PipelineSlot place, Method method, Class<?> type) {
        AnnotatedElement element = Declaration.isAtMethod(method, place) ? method : type;
        List<MergedAnnotation<Annotation>> all =
                MergedAnnotations.from(element, SearchStrategy.TYPE_HIERARCHY).<Annotation>stream(
                                place.annotation().getName())
                        .toList();
        if (all.size() < 2) {
            return null;
        }
        MergedAnnotation<Annotation> counts = all.get(0);
        return all.stream()
                .filter(isAsNearAs(counts))
                .filter(other -> !other.synthesize().equals(counts.synthesize()))
                .findFirst()
                .map(other -> Problem.tolerable(
                        type.getName() + "." + method.getName() + " has two different annotations " + place.title()
                                + ": that of " + title(counts) + " counts, and that of " + title(other) + " does not",
                        "Keep one of them, or write " + place.title() + " at the method itself"))
                .orElse(null);
    }

    /**
     * A class's own annotation is nearer than that of a class or an interface that it extends; all others are alike.
     */
    private static Predicate<MergedAnnotation<Annotation>> isAsNearAs(MergedAnnotation<Annotation> counts) {
        Class<?> type = declaringClass(counts);
        return other -> {
            Class<?> otherType = declaringClass(other);
            return type == otherType
                    ? other.getDistance() == counts.getDistance()
                    : type != null && otherType != null && !otherType.isAssignableFrom(type);
        };
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
