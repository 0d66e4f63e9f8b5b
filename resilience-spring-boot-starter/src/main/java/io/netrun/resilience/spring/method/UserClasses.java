package io.netrun.resilience.spring.method;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Comparator;
import org.springframework.aop.support.AopUtils;
import org.springframework.util.ClassUtils;

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

    private static boolean isOfAFramework(Class<?> type) {
        return type.getName().startsWith("org.springframework.")
                || type.getName().startsWith("java.");
    }
}
