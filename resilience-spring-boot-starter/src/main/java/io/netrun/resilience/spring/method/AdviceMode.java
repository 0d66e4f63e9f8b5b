package io.netrun.resilience.spring.method;

import io.netrun.resilience.spring.settings.GlobalSettings;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;

/** How calls of annotated methods are intercepted. */
public enum AdviceMode {

    /** A proxy around the bean. It intercepts calls from outside the bean to methods that can be overridden. */
    PROXY {
        @Override
        @Nullable
        Obstacle obstacle(Method method, boolean byInterfaces) {
            String hidden = hidden(method.getModifiers(), byInterfaces);
            return hidden.isEmpty()
                    ? null
                    : new Obstacle(
                            "is " + hidden + ": a proxy cannot intercept it, and the method would run unprotected",
                            "Make the method neither private nor static nor final");
        }
    },

    /** AspectJ weaving, which puts the protection into the classes themselves. */
    ASPECTJ {
        @Override
        @Nullable
        Obstacle obstacle(Method method, boolean byInterfaces) {
            if (Modifier.isStatic(method.getModifiers())) {
                return new Obstacle(
                        "is static: it belongs to no bean, and would run unprotected", "Make it an instance method");
            }
            if (SuspendingFunctions.isSuspending(method)) {
                return new Obstacle(
                        "is a suspending function, which enters its own body again at each resumption: it is not"
                                + " woven, and would run unprotected",
                        "Set resilience.advice-mode to 'proxy'");
            }
            return isWoven(method)
                    ? null
                    : new Obstacle(
                            "is not woven, and would run unprotected",
                            "Put the annotation on the method or its class,"
                                    + " and not only on an interface or a superclass,"
                                    + " and make sure that the class is loaded after the weaver");
        }
    };

    /** The configured mode; {@link #PROXY} if the configured value is invalid, which the start-up check reports. */
    public static AdviceMode in(Environment environment) {
        return GlobalSettings.orElse(environment, "advice-mode", AdviceMode.class, PROXY);
    }

    /**
     * Why calls of a method would not be intercepted; null if they are.
     *
     * @param byInterfaces whether the bean's proxy implements its interfaces instead of extending its class
     */
    @Nullable
    abstract Obstacle obstacle(Method method, boolean byInterfaces);

    private static String hidden(int modifiers, boolean byInterfaces) {
        if (Modifier.isPrivate(modifiers)) {
            return "private";
        }
        if (Modifier.isStatic(modifiers)) {
            return "static";
        }
        return Modifier.isFinal(modifiers) && !byInterfaces ? "final" : "";
    }

    /**
     * AspectJ moves the body of a method that has around advice into a static one of this name, whose parameters are
     * the object, those of the method, and the join point.
     */
    private static boolean isWoven(Method method) {
        String body = method.getName() + "_aroundBody";
        return Arrays.stream(method.getDeclaringClass().getDeclaredMethods())
                .anyMatch(declared -> declared.getName().startsWith(body)
                        && isBodyOf(method.getParameterTypes(), declared.getParameterTypes()));
    }

    private static boolean isBodyOf(Class<?>[] called, Class<?>[] moved) {
        int joinPoint = called.length + 1;
        return moved.length > joinPoint
                && Arrays.equals(called, Arrays.copyOfRange(moved, 1, joinPoint))
                && moved[joinPoint].getName().startsWith("org.aspectj.lang.");
    }
}
