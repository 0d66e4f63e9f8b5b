package io.netrun.resilience.spring.method;

import io.netrun.resilience.annotation.PatternOrder;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.pattern.PipelineSlot;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.net.URL;
import java.security.CodeSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
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

    private static final Set<String> NAMES = OURS.stream().map(Class::getName).collect(Collectors.toUnmodifiableSet());

    /** Packages of beans that every application has many of, and whose libraries do not know this one. */
    private static final List<String> FRAMEWORKS = List.of(
            "java.",
            "org.springframework.aop.",
            "org.springframework.beans.",
            "org.springframework.boot.",
            "org.springframework.context.",
            "org.springframework.core.",
            "org.springframework.data.",
            "org.springframework.http.",
            "org.springframework.jdbc.",
            "org.springframework.jmx.",
            "org.springframework.scheduling.",
            "org.springframework.security.",
            "org.springframework.transaction.",
            "org.springframework.web.",
            "com.fasterxml.jackson.",
            "io.micrometer.");

    /** The libraries that these packages are in: an application may have classes of its own there. */
    private static final List<String> LIBRARIES = List.of("spring-", "jackson-", "micrometer-");

    private static final ClassValue<Boolean> ANNOTATIONS = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> annotation) {
            return leadsToOurs(annotation, new HashSet<>());
        }
    };

    private static final ClassValue<Boolean> TYPES = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return !isOfAFramework(type) && isAnnotatedAnywhere(type);
        }

        private boolean isAnnotatedAnywhere(Class<?> type) {
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
        return TYPES.get(type);
    }

    /** Whether an annotation is one that {@link #has} looks for. */
    static boolean isOfAnnotation(String name) {
        return NAMES.contains(name) || ForeignAnnotations.isName(name);
    }

    private static boolean isOfAFramework(Class<?> type) {
        for (String each : FRAMEWORKS) {
            if (type.getName().startsWith(each)) {
                return isOfALibrary(type);
            }
        }
        return false;
    }

    /** Also if it is unknown where the class is from, as for those of the JDK. */
    private static boolean isOfALibrary(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        URL location = source == null ? null : source.getLocation();
        return location == null || isLibrary(location.toString());
    }

    /** Without a regular expression, since nothing else at the start may need one. */
    private static boolean isLibrary(String location) {
        String path = location.endsWith("!/") ? location.substring(0, location.length() - 2) : location;
        int separator = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
        String file = path.substring(separator + 1);
        return file.endsWith(".jar")
                && file.indexOf('!') < 0
                && LIBRARIES.stream().anyMatch(file::startsWith);
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

    /** Whether annotations are those of this library alone. */
    static boolean areAllOurs(Annotation[] annotations) {
        for (Annotation annotation : annotations) {
            if (!OURS.contains(annotation.annotationType())) {
                return false;
            }
        }
        return true;
    }

    private static boolean leadsToOurs(Class<?> annotation, Set<Class<?>> seen) {
        // Those of resilience4j count only for an application that wants them.
        if (OURS.contains(annotation) || ForeignAnnotations.isName(annotation.getName())) {
            return true;
        }
        return seen.add(annotation)
                && !annotation.getName().startsWith("java.")
                && Arrays.stream(annotation.getDeclaredAnnotations())
                        .anyMatch(meta -> leadsToOurs(meta.annotationType(), seen));
    }
}
