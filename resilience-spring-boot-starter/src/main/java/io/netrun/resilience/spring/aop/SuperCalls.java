package io.netrun.resilience.spring.aop;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.core.BridgeMethodResolver;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

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

    /** Each class between may override it, and the method of each one calls that of the next. */
    private static boolean isOverriddenByWoven(Method method, Class<?> type) {
        if (Modifier.isPrivate(method.getModifiers())) {
            return false;
        }
        for (Class<?> each = type; each != null && each != method.getDeclaringClass(); each = each.getSuperclass()) {
            Method present = present(method, each);
            if (present.getDeclaringClass() != method.getDeclaringClass() && isWoven(present)) {
                return true;
            }
        }
        return false;
    }

    private static Method present(Method method, Class<?> type) {
        return BridgeMethodResolver.findBridgedMethod(ClassUtils.getMostSpecificMethod(method, type));
    }

    /** As the pointcut of the aspect has it, compared with it in {@code WovenSuperCallsTests}. */
    private static boolean isWoven(Method method) {
        return isAnnotated(method)
                || (Modifier.isPublic(method.getModifiers()) && isOfAnnotated(method, method.getDeclaringClass()));
    }

    /** For AspectJ, a method is also one of each supertype that has it. */
    private static boolean isOfAnnotated(Method method, @Nullable Class<?> type) {
        if (type == null) {
            return false;
        }
        if (isAnnotated(type) && has(type, method)) {
            return true;
        }
        for (Class<?> each : type.getInterfaces()) {
            if (isOfAnnotated(method, each)) {
                return true;
            }
        }
        return isOfAnnotated(method, type.getSuperclass());
    }

    private static boolean has(Class<?> type, Method method) {
        Method[] all = type.isInterface() ? type.getMethods() : ReflectionUtils.getUniqueDeclaredMethods(type);
        for (Method each : all) {
            if (each.getName().equals(method.getName())
                    && present(each, method.getDeclaringClass()).equals(method)) {
                return true;
            }
        }
        return false;
    }

    /** With one of our annotations, also as a meta-annotation. */
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
