package io.netrun.resilience.spring.method;

import io.netrun.resilience.annotation.PatternOrder;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.pattern.PipelineSlot;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.util.ReflectionUtils;

/**
 * Decides which classes can have protected methods. It reads annotations without merging them, which is much cheaper,
 * because it runs for every bean of an application. The cached result is collected together with its class.
 */
final class Candidates {

    private static final Set<Class<? extends Annotation>> OURS = Stream.concat(
                    PatternDescriptors.slots().stream().map(PipelineSlot::annotation), Stream.of(PatternOrder.class))
            .collect(Collectors.toUnmodifiableSet());

    /** They count only for an application that wants them. */
    private static final Set<String> FOREIGN = ForeignAnnotations.all();

    private static final ClassValue<Boolean> ANNOTATIONS = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> annotation) {
            return leadsToOurs(annotation, new HashSet<>());
        }
    };

    private static final ClassValue<Boolean> TYPES = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return isAnnotated(type)
                    || (type.getSuperclass() != null && has(type.getSuperclass()))
                    || Arrays.stream(type.getInterfaces()).anyMatch(Candidates::has);
        }
    };

    private Candidates() {}

    /**
     * Whether a class, its superclasses, its interfaces or any of their methods have one of this library's annotations,
     * directly or as a meta-annotation.
     */
    static boolean has(Class<?> type) {
        return !type.getName().startsWith("java.") && TYPES.get(type);
    }

    private static boolean isAnnotated(Class<?> type) {
        if (areOurs(type.getDeclaredAnnotations())) {
            return true;
        }
        for (Method method : ReflectionUtils.getDeclaredMethods(type)) {
            if (areOurs(method.getDeclaredAnnotations())) {
                return true;
            }
        }
        return false;
    }

    private static boolean areOurs(Annotation[] annotations) {
        for (Annotation annotation : annotations) {
            if (ANNOTATIONS.get(annotation.annotationType())) {
                return true;
            }
        }
        return false;
    }

    private static boolean leadsToOurs(Class<?> annotation, Set<Class<?>> seen) {
        if (OURS.contains(annotation) || FOREIGN.contains(annotation.getName())) {
            return true;
        }
        return seen.add(annotation)
                && !annotation.getName().startsWith("java.")
                && Arrays.stream(annotation.getDeclaredAnnotations())
                        .anyMatch(meta -> leadsToOurs(meta.annotationType(), seen));
    }
}
