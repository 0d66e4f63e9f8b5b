package io.netrun.resilience.spring.aop;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.core.BridgeMethodResolver;
import org.springframework.util.ClassUtils;

/**
 * Recognizes calls of a method of a superclass by the method that overrides it: where both are woven, they are one
 * call, which is protected once. Otherwise it would wait within a bulkhead for the permit that it holds itself.
 */
final class SuperCalls {

    private static final String ANNOTATIONS = "io.netrun.resilience.annotation";

    /** By class of the object, and collected with it. */
    private static final ClassValue<Map<Method, Boolean>> KNOWN = new ClassValue<>() {
        @Override
        protected Map<Method, Boolean> computeValue(Class<?> type) {
            return new ConcurrentHashMap<>();
        }
    };

    private SuperCalls() {}

    /** Whether an object executes a method although it has a woven one that overrides it. */
    static boolean isOne(Method method, Class<?> type) {
        if (method.getDeclaringClass() == type) {
            return false;
        }
        Map<Method, Boolean> known = KNOWN.get(type);
        Boolean found = known.get(method);
        if (found == null) {
            found = isOverriddenByWoven(method, type);
            known.put(method, found);
        }
        return found;
    }

    private static boolean isOverriddenByWoven(Method method, Class<?> type) {
        if (Modifier.isPrivate(method.getModifiers())) {
            return false;
        }
        Method present = BridgeMethodResolver.findBridgedMethod(ClassUtils.getMostSpecificMethod(method, type));
        return present.getDeclaringClass() != method.getDeclaringClass()
                && (isAnnotated(present)
                        || (Modifier.isPublic(present.getModifiers()) && isAnnotated(present.getDeclaringClass())));
    }

    /** As the pointcut of the aspect has it: with one of our annotations, also as a meta-annotation. */
    private static boolean isAnnotated(AnnotatedElement element) {
        for (Annotation annotation : element.getAnnotations()) {
            Class<? extends Annotation> type = annotation.annotationType();
            if (isOurs(type)) {
                return true;
            }
            for (Annotation ofType : type.getAnnotations()) {
                if (isOurs(ofType.annotationType())) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isOurs(Class<? extends Annotation> type) {
        return type.getPackageName().equals(ANNOTATIONS);
    }
}
