package io.netrun.resilience.spring.method;

import io.netrun.resilience.spring.settings.GlobalSettings;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;

/** What steps into the calls of annotated methods. */
public enum AdviceMode {

    /** A proxy around the bean. It sees what comes from outside, and what can be overridden. */
    PROXY {
        @Override
        @Nullable
        Obstacle obstacle(Method method, boolean byInterfaces) {
            String hidden = hidden(method.getModifiers(), byInterfaces);
            return hidden.isEmpty()
                    ? null
                    : new Obstacle(
                            "is " + hidden + ": a proxy can not step in, and the method would run unprotected",
                            "Make the method neither private nor static nor final");
        }
    },

    /** AspectJ, which weaves the protection into the classes themselves. */
    ASPECTJ {
        @Override
        @Nullable
        Obstacle obstacle(Method method, boolean byInterfaces) {
            if (Modifier.isStatic(method.getModifiers())) {
                return new Obstacle(
                        "is static: there is no bean whose method it is, and it would run unprotected",
                        "Make the method one of the object");
            }
            if (SuspendingFunctions.isSuspending(method)) {
                return new Obstacle(
                        "is a suspending function, which goes through its own code anew whenever it resumes: it is not"
                                + " woven, and would run unprotected",
                        "Leave resilience.advice-mode at 'proxy'");
            }
            return isWoven(method)
                    ? null
                    : new Obstacle(
                            "is not woven, and would run unprotected",
                            "Write the annotation at the method or its class, where AspectJ sees it, and not only at an"
                                    + " interface or a superclass; and see to it that the class is loaded after the weaver");
        }
    };

    /**
     * What the application asks for; {@link #PROXY} if it asks for what there is not, which the start-up check reports.
     */
    public static AdviceMode in(Environment environment) {
        return GlobalSettings.orElse(environment, "advice-mode", AdviceMode.class, PROXY);
    }

    /**
     * Why no call of a method would be seen; null if they are.
     *
     * @param byInterfaces whether the bean is called through a proxy of its interfaces, and not of a subclass
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

    /** AspectJ moves the body of a method that has around advice into one of this name. */
    private static boolean isWoven(Method method) {
        String body = method.getName() + "_aroundBody";
        return Arrays.stream(method.getDeclaringClass().getDeclaredMethods())
                .anyMatch(declared -> declared.getName().startsWith(body));
    }
}
