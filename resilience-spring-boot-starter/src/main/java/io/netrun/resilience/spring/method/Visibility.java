package io.netrun.resilience.spring.method;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import org.jspecify.annotations.Nullable;

/**
 * Finds package-private methods that no proxy can override. Only a class of the same run-time package can: one of the
 * same package name, defined by the same class loader.
 */
final class Visibility {

    private Visibility() {}

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
