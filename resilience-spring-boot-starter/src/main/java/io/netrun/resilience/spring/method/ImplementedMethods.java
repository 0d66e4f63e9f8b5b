package io.netrun.resilience.spring.method;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.springframework.core.ResolvableType;

/**
 * Finds the interface methods that a class implements with a method that it inherits. The class that declares the
 * method need not implement these interfaces, so a search for annotations that starts at the method misses them.
 */
final class ImplementedMethods {

    private ImplementedMethods() {}

    /**
     * The methods of the class's interfaces that a method implements, those of the nearest interfaces first; without
     * the interfaces that have no annotations of this library, and empty if the class declares the method itself.
     *
     * @param method the method that runs when one of those is called on an object of the class
     */
    static List<Method> of(Method method, Class<?> targetClass) {
        if (method.getDeclaringClass() == targetClass || !isImplementation(method)) {
            return List.of();
        }
        Set<Class<?>> interfaces = new LinkedHashSet<>();
        for (Class<?> each = targetClass; each != null; each = each.getSuperclass()) {
            collect(each, interfaces);
        }
        List<Method> implemented = new ArrayList<>();
        for (Class<?> each : interfaces) {
            if (each != method.getDeclaringClass() && Candidates.has(each)) {
                for (Method declared : each.getDeclaredMethods()) {
                    if (!declared.isSynthetic()
                            && isImplementation(declared)
                            && isSame(declared, method, targetClass)) {
                        implemented.add(declared);
                    }
                }
            }
        }
        return implemented;
    }

    /** The interface methods that a method implements, whether or not it is inherited, and its interfaces annotated. */
    static List<Method> allOf(Method method, Class<?> targetClass) {
        if (!isImplementation(method)) {
            return List.of();
        }
        Set<Class<?>> interfaces = new LinkedHashSet<>();
        for (Class<?> each = targetClass; each != null; each = each.getSuperclass()) {
            collect(each, interfaces);
        }
        List<Method> implemented = new ArrayList<>();
        for (Class<?> each : interfaces) {
            for (Method declared : each.getDeclaredMethods()) {
                if (!declared.isSynthetic() && isImplementation(declared) && isSame(declared, method, targetClass)) {
                    implemented.add(declared);
                }
            }
        }
        return implemented;
    }

    private static boolean isImplementation(Method method) {
        return Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers());
    }

    private static void collect(Class<?> type, Set<Class<?>> interfaces) {
        for (Class<?> each : type.getInterfaces()) {
            if (interfaces.add(each)) {
                collect(each, interfaces);
            }
        }
    }

    private static boolean isSame(Method declared, Method method, Class<?> targetClass) {
        if (!declared.getName().equals(method.getName())
                || declared.getParameterCount() != method.getParameterCount()) {
            return false;
        }
        for (int i = 0; i < method.getParameterCount(); i++) {
            if (typeOf(declared, i, targetClass) != typeOf(method, i, targetClass)) {
                return false;
            }
        }
        return true;
    }

    /** The type of a parameter, with the type variables replaced that the class decides. */
    private static Class<?> typeOf(Method method, int parameter, Class<?> targetClass) {
        return ResolvableType.forMethodParameter(method, parameter, targetClass).toClass();
    }
}
