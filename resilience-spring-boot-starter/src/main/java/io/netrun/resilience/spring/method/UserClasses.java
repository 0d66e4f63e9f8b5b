package io.netrun.resilience.spring.method;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Comparator;
import org.springframework.aop.support.AopUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/** Finds the user's classes behind those that Spring and the JDK generate. */
final class UserClasses {

    private UserClasses() {}

    /**
     * The class that a method belongs to. For a lambda, or for a JDK proxy such as an HTTP interface client or a
     * repository, this is the interface: the generated class has a meaningless name that changes with every start.
     */
    static Class<?> of(Method method, Class<?> targetClass) {
        if (!Proxy.isProxyClass(targetClass) && !targetClass.isHidden()) {
            return ClassUtils.getUserClass(targetClass);
        }
        return Arrays.stream(targetClass.getInterfaces())
                .filter(each -> ClassUtils.hasMethod(each, method.getName(), method.getParameterTypes()))
                .min(Comparator.comparing(UserClasses::isOfAFramework))
                .orElse(method.getDeclaringClass());
    }

    /** The method of a user's class that stands for one that is called, such as that of a lambda. */
    static Method method(Method called, Class<?> userClass) {
        Method specific = AopUtils.getMostSpecificMethod(called, userClass);
        if (!userClass.isInterface() || specific.getDeclaringClass().isAssignableFrom(userClass)) {
            return specific;
        }
        Method declared = ClassUtils.getMethodIfAvailable(userClass, called.getName(), called.getParameterTypes());
        return declared == null ? specific : declared;
    }

    /**
     * The name of a method among those of a class. A method of a superclass that one of the same signature hides
     * instead of overriding it, such as a private one, has the name of the superclass before its own.
     */
    static String name(Method method, Class<?> userClass) {
        Class<?> declaring = method.getDeclaringClass();
        boolean hidden = false;
        boolean distinct = true;
        for (Class<?> each = userClass; each != null && each != declaring; each = each.getSuperclass()) {
            hidden |= declares(each, method);
            distinct &= !each.getSimpleName().equals(declaring.getSimpleName());
        }
        if (!hidden || declaring.isInterface()) {
            return method.getName();
        }
        return (distinct ? declaring.getSimpleName() : declaring.getName()) + "." + method.getName();
    }

    private static boolean declares(Class<?> type, Method method) {
        for (Method each : ReflectionUtils.getDeclaredMethods(type)) {
            if (!each.isBridge()
                    && each.getName().equals(method.getName())
                    && Arrays.equals(each.getParameterTypes(), method.getParameterTypes())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOfAFramework(Class<?> type) {
        return type.getName().startsWith("org.springframework.")
                || type.getName().startsWith("java.");
    }
}
