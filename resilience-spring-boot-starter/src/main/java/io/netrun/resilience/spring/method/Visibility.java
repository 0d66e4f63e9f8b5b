package io.netrun.resilience.spring.method;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/**
 * Finds methods that no proxy has: those that are in none of its interfaces, if it has nothing else, and
 * package-private ones that it cannot override. Only a class of the same run-time package can: one of the same package
 * name, defined by the same class loader.
 */
final class Visibility {

    /** Nobody but the bean itself can call the method. */
    static final Obstacle IN_NO_INTERFACE = new Obstacle(
            "is in no interface of the bean: its proxy implements interfaces alone, so that callers cannot reach the"
                    + " method, and calls of the bean itself are not protected",
            "Declare the method in an interface of the bean");

    private Visibility() {}

    /**
     * Why callers would not reach a method; null if its interfaces are no reason.
     *
     * @param type the class of the bean
     * @param proxy a class that implements what the proxy does
     */
    static @Nullable Obstacle ofInterfaces(Method method, Class<?> type, Class<?> proxy) {
        Obstacle hidden = obstacle(method, null);
        if (hidden != null || Modifier.isPrivate(method.getModifiers()) || isGenerated(type)) {
            return hidden;
        }
        return Arrays.stream(ClassUtils.getAllInterfacesForClass(proxy))
                        .flatMap(each -> Arrays.stream(each.getMethods()))
                        .anyMatch(declared -> isReachedBy(declared, method))
                ? null
                : IN_NO_INTERFACE;
    }

    /** All methods of such a class are of its interfaces. */
    private static boolean isGenerated(Class<?> type) {
        return Proxy.isProxyClass(type) || type.isHidden();
    }

    /** Whether a call of an interface's method may reach another one, directly or by its bridge method. */
    private static boolean isReachedBy(Method declared, Method method) {
        if (!declared.getName().equals(method.getName())
                || declared.getParameterCount() != method.getParameterCount()) {
            return false;
        }
        Class<?>[] parameters = method.getParameterTypes();
        for (int i = 0; i < parameters.length; i++) {
            if (!declared.getParameterTypes()[i].isAssignableFrom(parameters[i])) {
                return false;
            }
        }
        return true;
    }

    /**
     * Why calls of a method would not be intercepted; null if its visibility is no reason.
     *
     * @param proxy the class that overrides the method, or one of the same run-time package; null for a proxy that
     *     implements interfaces alone
     */
    static @Nullable Obstacle obstacle(Method method, @Nullable Class<?> proxy) {
        int modifiers = method.getModifiers();
        if (Modifier.isPublic(modifiers) || Modifier.isPrivate(modifiers)) {
            return null;
        }
        if (proxy == null) {
            return new Obstacle(
                    "is not public: a proxy that implements interfaces cannot intercept it, and the method would run"
                            + " unprotected",
                    "Declare the method in an interface of the bean");
        }
        Class<?> declaring = method.getDeclaringClass();
        return Modifier.isProtected(modifiers)
                        || (declaring.getClassLoader() == proxy.getClassLoader()
                                && declaring.getPackageName().equals(proxy.getPackageName()))
                ? null
                : new Obstacle(
                        "is package-private in " + declaring.getName()
                                + ", whose package or class loader is not that of the proxy: a proxy cannot intercept"
                                + " it, and the method would run on the proxy itself, unprotected",
                        "Make the method public or protected");
    }
}
