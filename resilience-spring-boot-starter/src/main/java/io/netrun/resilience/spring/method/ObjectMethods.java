package io.netrun.resilience.spring.method;

import java.lang.reflect.Method;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.util.ClassUtils;

/**
 * The methods of {@code Object} that a class can override. Proxies answer {@code equals} and {@code hashCode}
 * themselves, and are never finalized.
 */
final class ObjectMethods {

    private static final Obstacle ANSWERED_BY_THE_PROXY = new Obstacle(
            "is answered by the proxy of the bean itself: no advice is around it, and the method would run unprotected",
            "Move what needs protection to a method of another name");

    private static final Obstacle FINALIZER = new Obstacle(
            "is called by the garbage collector on the object itself: no proxy can intercept it, and the method would"
                    + " run unprotected",
            "Move what needs protection to a method of another name");

    private ObjectMethods() {}

    /** Whether a method overrides one of {@code Object}. */
    static boolean isOne(Method method) {
        return AopUtils.isEqualsMethod(method)
                || AopUtils.isHashCodeMethod(method)
                || AopUtils.isToStringMethod(method)
                || AopUtils.isFinalizeMethod(method);
    }

    /** Why a proxy that extends the class does not intercept a method; null if it does. */
    static @Nullable Obstacle behindSubclass(Method method) {
        if (AopUtils.isFinalizeMethod(method)) {
            return FINALIZER;
        }
        return AopUtils.isEqualsMethod(method) || AopUtils.isHashCodeMethod(method) ? ANSWERED_BY_THE_PROXY : null;
    }

    /**
     * Why a proxy that implements interfaces does not intercept a method; null if it does. Spring looks for
     * {@code equals} and {@code hashCode} in the interfaces themselves, and not in those that they extend.
     *
     * @param type the class of the bean
     * @param proxy a class that implements what the proxy does
     */
    static @Nullable Obstacle behindInterfaces(Method method, Class<?> type, Class<?> proxy) {
        if (AopUtils.isToStringMethod(method)) {
            return null;
        }
        Obstacle obstacle = behindSubclass(method);
        boolean declared = Arrays.stream(ClassUtils.getAllInterfacesForClass(proxy))
                .flatMap(each -> Arrays.stream(each.getDeclaredMethods()))
                .anyMatch(each -> each.getName().equals(method.getName())
                        && Arrays.equals(each.getParameterTypes(), method.getParameterTypes()));
        return declared ? null : obstacle;
    }
}
