package io.netrun.resilience;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds and calls methods of failures by name, so that this library reads the codes of other libraries without
 * depending on them. What is found consists of JDK objects alone, so that a cache of it retains no class loader but
 * that of the failure.
 */
final class NamedMethods {

    private static final Logger log = LoggerFactory.getLogger(NamedMethods.class);

    private NamedMethods() {}

    /**
     * Returns a method that can be called from here: a public instance method of the class, its superclasses or
     * interfaces. Null if there is none.
     */
    static @Nullable Method find(Class<?> type, String name, Class<?>... parameters) {
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            Method own = callable(each, name, parameters);
            if (own != null) {
                return own;
            }
            for (Class<?> implemented : each.getInterfaces()) {
                Method inherited = find(implemented, name, parameters);
                if (inherited != null) {
                    return inherited;
                }
            }
        }
        return null;
    }

    private static @Nullable Method callable(Class<?> type, String name, Class<?>... parameters) {
        try {
            Method method = type.getMethod(name, parameters);
            boolean isPublic = Modifier.isPublic(method.getDeclaringClass().getModifiers());
            return !Modifier.isStatic(method.getModifiers()) && (isPublic || method.trySetAccessible()) ? method : null;
        } catch (NoSuchMethodException | SecurityException | LinkageError none) {
            return null;
        }
    }

    /**
     * Returns the methods that lead from a class to a number, one after the other; empty if there are none.
     *
     * @param levels the names that are looked for, of the class first, then of what its methods return
     */
    static List<Method> toNumber(Class<?> type, List<List<String>> levels) {
        if (levels.isEmpty() || type.isPrimitive() || type == String.class) {
            return List.of();
        }
        for (String name : levels.get(0)) {
            Method method = find(type, name);
            if (method != null) {
                if (method.getReturnType() == int.class || method.getReturnType() == Integer.class) {
                    return List.of(method);
                }
                List<Method> further = toNumber(method.getReturnType(), levels.subList(1, levels.size()));
                if (!further.isEmpty()) {
                    return following(method, further);
                }
            }
        }
        return List.of();
    }

    static List<Method> following(Method first, List<Method> further) {
        List<Method> all = new ArrayList<>();
        all.add(first);
        all.addAll(further);
        return List.copyOf(all);
    }

    /**
     * Calls a method.
     *
     * @return what it returns; null if it throws, which is logged
     */
    static @Nullable Object call(Method method, Object target, Object... arguments) {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException thrown) {
            log(method, thrown.getTargetException());
        } catch (ReflectiveOperationException | RuntimeException | LinkageError impossible) {
            log(method, impossible);
        }
        return null;
    }

    private static void log(Method method, Throwable thrown) {
        SafeLog.error(log, "{} failed; the failure is treated as one without a code", method, thrown);
    }
}
