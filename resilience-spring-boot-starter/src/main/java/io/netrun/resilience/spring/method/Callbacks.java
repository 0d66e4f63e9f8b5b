package io.netrun.resilience.spring.method;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;

/** Finds the life-cycle methods of a bean, which its context calls on the object itself, bypassing every proxy. */
final class Callbacks {

    private static final Set<String> ANNOTATIONS = Set.of(
            "jakarta.annotation.PostConstruct",
            "jakarta.annotation.PreDestroy",
            "javax.annotation.PostConstruct",
            "javax.annotation.PreDestroy");

    private Callbacks() {}

    /** Why a call of the method would not be protected; null if it is not a callback. */
    static @Nullable Obstacle obstacle(Method method, AnnotatedBeans beans) {
        boolean callback = isAnnotated(method)
                || (method.getParameterCount() == 0 && beans.callbacks().contains(method.getName()))
                || is(method, "afterPropertiesSet", InitializingBean.class, beans.type())
                || is(method, "destroy", DisposableBean.class, beans.type());
        return callback
                ? new Obstacle(
                        "is called by the application context on the object itself: no proxy can intercept it, and the"
                                + " method would run unprotected",
                        "Call an annotated method of another bean from it")
                : null;
    }

    private static boolean isAnnotated(Method method) {
        return Arrays.stream(method.getAnnotations())
                .map(Annotation::annotationType)
                .map(Class::getName)
                .anyMatch(ANNOTATIONS::contains);
    }

    private static boolean is(Method method, String name, Class<?> callback, Class<?> type) {
        return method.getParameterCount() == 0 && method.getName().equals(name) && callback.isAssignableFrom(type);
    }
}
