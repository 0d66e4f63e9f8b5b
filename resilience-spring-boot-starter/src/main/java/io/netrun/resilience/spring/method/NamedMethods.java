package io.netrun.resilience.spring.method;

import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.spring.problem.SpellingSuggestion;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/** Finds the methods that annotations name: in the class of the annotated method, or in that of a bean. */
final class NamedMethods {

    private static final Logger log = LoggerFactory.getLogger(NamedMethods.class);

    private NamedMethods() {}

    /**
     * The methods of a name, overridden ones only once.
     *
     * @throws ResilienceConfigurationException if there is none
     */
    static List<Method> of(String name, Class<?> type, String where) {
        Method[] all = ReflectionUtils.getUniqueDeclaredMethods(type);
        List<Method> named =
                Arrays.stream(all).filter(each -> each.getName().equals(name)).toList();
        if (named.isEmpty()) {
            throw noMethod(where, name, type, all);
        }
        return named;
    }

    /**
     * The class of a bean.
     *
     * @throws ResilienceConfigurationException if there is no such bean
     */
    static Class<?> typeOf(String bean, BeanFactory beans, String where) {
        Class<?> type = beans.containsBean(bean) ? beans.getType(bean) : null;
        if (type == null) {
            String nearest = beans instanceof ListableBeanFactory listable
                    ? SpellingSuggestion.to(bean, List.of(listable.getBeanDefinitionNames()))
                    : "";
            throw new ResilienceConfigurationException(List.of(new Problem(
                    where + "finds no bean named '" + bean + "'",
                    nearest.isEmpty() ? "Use the name of an existing bean" : "Did you mean '" + nearest + "'?")));
        }
        return ClassUtils.getUserClass(type);
    }

    private static ResilienceConfigurationException noMethod(String where, String name, Class<?> type, Method[] all) {
        String nearest = SpellingSuggestion.to(
                name, Stream.of(all).map(Method::getName).distinct().toList());
        return new ResilienceConfigurationException(List.of(new Problem(
                where + "finds no method named '" + name + "' in " + type.getName(),
                nearest.isEmpty()
                        ? "Add this method, or use the name of an existing one"
                        : "Did you mean '" + nearest + "'?")));
    }

    /** What is wrong if no method of the name can be called in place of another one. */
    static ResilienceConfigurationException noneFits(
            String where, String name, Class<?> type, Method method, String more, String returning) {
        return new ResilienceConfigurationException(List.of(new Problem(
                where + "finds no matching method '" + name + "' in " + type.getName(),
                "Declare the parameters " + parameters(method) + more + ", and return " + returning)));
    }

    /** The parameters of a method for messages. */
    static String parameters(Method method) {
        return Arrays.stream(SuspendingFunctions.parameters(method))
                .map(Class::getSimpleName)
                .collect(Collectors.joining(", ", "(", ")"));
    }

    /** A proxy cannot throw a checked exception that the proxied method does not declare. */
    static void warnOfUndeclared(Method method, Method replaced, String where) {
        for (Class<?> thrown : method.getExceptionTypes()) {
            if (!ReflectionUtils.declaresException(replaced, thrown)
                    && Exception.class.isAssignableFrom(thrown)
                    && !RuntimeException.class.isAssignableFrom(thrown)) {
                log.warn(
                        "{}method '{}' throws {}, which {}() does not declare: callers get an"
                                + " UndeclaredThrowableException. Declare it there, or catch it.",
                        where,
                        method.getName(),
                        thrown.getName(),
                        replaced.getName());
            }
        }
    }

    /** Type variables are resolved by the class that inherits the method. */
    static Class<?>[] parameters(Method method, Class<?> type) {
        Class<?>[] parameters = SuspendingFunctions.parameters(method).clone();
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = ResolvableType.forMethodParameter(method, i, type).resolve(parameters[i]);
        }
        return parameters;
    }

    /** Whether the first parameters can take the arguments for others. */
    static boolean accepts(Class<?>[] own, Class<?>[] given, int count) {
        if (count != given.length) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            if (!ClassUtils.isAssignable(own[i], given[i])) {
                return false;
            }
        }
        return true;
    }
}
