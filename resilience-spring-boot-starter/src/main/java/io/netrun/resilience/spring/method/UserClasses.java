package io.netrun.resilience.spring.method;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Comparator;
import org.springframework.util.ClassUtils;

/** What a user wrote, behind what Spring and the JDK generate. */
final class UserClasses {

    private UserClasses() {}

    /**
     * The class whose method it is. Of an object that is a lambda, or a proxy of the JDK such as an HTTP interface
     * client or a repository, it is the interface: its own class has a name that nobody knows, and another one with
     * every start.
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

    private static boolean isOfAFramework(Class<?> type) {
        return type.getName().startsWith("org.springframework.")
                || type.getName().startsWith("java.");
    }
}
