package io.netrun.resilience.spring.method;

import io.netrun.resilience.spring.settings.Compatibility;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.core.annotation.RepeatableContainers;

/**
 * What has been read of the annotations of a class and its methods. Several steps of the start need it of each method:
 * the announcement, the proxies, the checks and the pipelines. It is kept with its class until the check of the class
 * has ended. Thread-safe.
 */
final class KnownAnnotations {

    private static final ClassValue<KnownAnnotations> OF_CLASS = new ClassValue<>() {
        @Override
        protected KnownAnnotations computeValue(Class<?> type) {
            return new KnownAnnotations(type);
        }
    };

    /** The names of this library's annotations, and of those of resilience4j, on the class or a supertype. */
    private final Set<String> onClass;

    /** The same of the methods that the class declares. */
    private final ConcurrentMap<Method, Set<String>> onMethods = new ConcurrentHashMap<>();

    private final ConcurrentMap<Method, List<Declaration>> declarations = new ConcurrentHashMap<>();
    private final ConcurrentMap<Method, List<Declaration>> withForeign = new ConcurrentHashMap<>();

    private KnownAnnotations(Class<?> type) {
        this.onClass = Candidates.has(type) ? names(type) : Set.of();
    }

    /**
     * Whether an annotation is on a method, on one that it overrides, or on a class or its supertypes; directly, or as
     * a meta-annotation.
     *
     * @param element a method or a class
     * @param annotation the name of an annotation that counts here
     */
    static boolean isPresent(AnnotatedElement element, String annotation) {
        if (element instanceof Method method) {
            return on(method).contains(annotation);
        }
        return element instanceof Class<?> type
                && Candidates.has(type)
                && OF_CLASS.get(type).onClass.contains(annotation);
    }

    /** Whether a method, or one that it overrides, has an annotation of resilience4j. */
    static boolean hasForeign(Method method) {
        for (String annotation : on(method)) {
            if (ForeignAnnotations.isName(annotation)) {
                return true;
            }
        }
        return false;
    }

    private static Set<String> on(Method method) {
        Class<?> declaring = method.getDeclaringClass();
        return Candidates.has(declaring)
                ? OF_CLASS.get(declaring).onMethods.computeIfAbsent(method, KnownAnnotations::names)
                : Set.of();
    }

    /**
     * What the annotations of a method declare.
     *
     * @param reader reads it for the first time
     */
    static List<Declaration> declarations(
            Method method, Class<?> type, Compatibility compatibility, Supplier<List<Declaration>> reader) {
        if (!Candidates.has(type) && !Candidates.has(method.getDeclaringClass())) {
            return List.of();
        }
        KnownAnnotations known = OF_CLASS.get(type);
        ConcurrentMap<Method, List<Declaration>> kept =
                compatibility == Compatibility.NONE ? known.declarations : known.withForeign;
        List<Declaration> present = kept.get(method);
        if (present == null) {
            present = reader.get();
            kept.put(method, present);
        }
        return present;
    }

    /** Releases what is known of a class and its superclasses. It is read again if it is needed again. */
    static void forget(Class<?> type) {
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            OF_CLASS.remove(each);
        }
    }

    private static Set<String> names(AnnotatedElement element) {
        return MergedAnnotations.from(element, SearchStrategy.TYPE_HIERARCHY, RepeatableContainers.none()).stream()
                .map(annotation -> annotation.getType().getName())
                .filter(Candidates::isOfAnnotation)
                .collect(Collectors.toUnmodifiableSet());
    }
}
