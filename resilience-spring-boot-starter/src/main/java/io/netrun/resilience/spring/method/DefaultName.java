package io.netrun.resilience.spring.method;

import io.netrun.resilience.spring.pattern.PipelineSlot;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.annotation.AnnotationAttributes;
import org.springframework.util.ReflectionUtils;

/**
 * The default name of an instance whose annotation has none: {@code Class.method}, followed by the parameter types if
 * another annotated method of the class has the same name, without the packages of these unless only they differ; for a
 * method of a superclass that another one hides, {@code Class.Superclass.method}. If methods of two classes would share
 * a name, each has its fully qualified name instead.
 *
 * @param simple the name, such as {@code Client.call}
 * @param full the name with the package, such as {@code com.shop.Client.call}
 * @param method the method that it identifies
 */
record DefaultName(String simple, String full, String method) {

    static DefaultName of(PipelineSlot slot, Method method, Class<?> userClass) {
        List<Method> overloads = overloads(slot, method, userClass);
        String parameters = parameters(method, overloads);
        String called = UserClasses.name(method, userClass) + parameters + slot.suffix();
        return new DefaultName(
                simpleName(method, userClass) + "." + called,
                userClass.getName() + "." + called,
                userClass.getName() + "." + UserClasses.name(method, userClass) + parameters(method, Class::getName));
    }

    /** Types of one simple name have their packages if nothing else distinguishes the overloads. */
    private static String parameters(Method method, List<Method> overloads) {
        if (overloads.isEmpty()) {
            return "";
        }
        String simple = parameters(method, Class::getSimpleName);
        return overloads.stream()
                        .anyMatch(each -> parameters(each, Class::getSimpleName).equals(simple))
                ? parameters(method, Class::getName)
                : simple;
    }

    /** An anonymous class has no name and takes that of its interface or superclass. */
    private static String simpleName(Method method, Class<?> userClass) {
        if (!userClass.isAnonymousClass()) {
            return userClass.getSimpleName();
        }
        return Arrays.stream(userClass.getInterfaces())
                .findFirst()
                .or(() -> Optional.ofNullable(userClass.getSuperclass()))
                .map(Class::getSimpleName)
                .orElse(method.getDeclaringClass().getName());
    }

    private static String parameters(Method method, Function<Class<?>, String> name) {
        return Arrays.stream(SuspendingFunctions.parameters(method))
                .map(name)
                .collect(Collectors.joining(",", "(", ")"));
    }

    /** The other methods of the name that have a default name, too. */
    private static List<Method> overloads(PipelineSlot slot, Method method, Class<?> userClass) {
        Method[] methods =
                userClass.isInterface() ? userClass.getMethods() : ReflectionUtils.getUniqueDeclaredMethods(userClass);
        return Arrays.stream(methods)
                .filter(other -> other.getName().equals(method.getName()) && !other.isBridge())
                .map(other -> AopUtils.getMostSpecificMethod(other, userClass))
                .filter(other -> !Arrays.equals(other.getParameterTypes(), method.getParameterTypes()))
                .filter(other -> hasDefaultName(slot, other, userClass))
                .toList();
    }

    private static boolean hasDefaultName(PipelineSlot slot, Method method, Class<?> userClass) {
        AnnotationAttributes attributes = Declaration.attributes(method, userClass, slot.annotation());
        return attributes != null && attributes.getString(Declaration.NAME).isEmpty();
    }
}
