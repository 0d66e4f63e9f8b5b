package io.netrun.resilience.spring.method;

import io.netrun.resilience.Policy;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.ResolvableType;
import org.springframework.util.ReflectionUtils;

/**
 * The method that the attempts of a hedge after the first call instead of the protected one. It is found and validated
 * when the pipeline is built.
 */
public final class AlternativeMethod {

    private static final String METHOD = "alternative";
    private static final String BEAN = "alternativeBean";

    private final Method method;

    /** Empty for the bean that was called. */
    private final String bean;

    private final BeanFactory beans;
    private final @Nullable Policy policy;

    private AlternativeMethod(Method method, String bean, BeanFactory beans, @Nullable Policy policy) {
        this.method = method;
        this.bean = bean;
        this.beans = beans;
        this.policy = policy;
    }

    /**
     * Finds the method that an annotation names; null if it names none, and for a method that is itself the alternative
     * named by its class.
     *
     * @param policy the hedge; null if it is not known
     * @throws ResilienceConfigurationException if there is no such method, or not exactly one that fits
     */
    static @Nullable AlternativeMethod of(
            Declaration declaration, Method method, Class<?> userClass, BeanFactory beans, @Nullable Policy policy) {
        String name = attribute(declaration, METHOD);
        String bean = attribute(declaration, BEAN);
        String where = userClass.getName() + "." + UserClasses.name(method, userClass) + ": "
                + declaration.slot().title() + " ";
        if (name.isEmpty()) {
            if (!bean.isEmpty()) {
                throw problem(
                        where + "has " + BEAN + " '" + bean + "', but names no method of it",
                        "Set '" + METHOD + "' to the name of the method, or remove '" + BEAN + "'");
            }
            return null;
        }
        Class<?> type = bean.isEmpty() ? userClass : NamedMethods.typeOf(bean, beans, where);
        ResolvableType wanted = SuspendingFunctions.returned(method, userClass);
        Class<?>[] given = NamedMethods.parameters(method, userClass);
        List<Method> fitting = NamedMethods.of(name, type, where).stream()
                .filter(each -> bean.isEmpty() || !Modifier.isPrivate(each.getModifiers()))
                .filter(each -> !each.equals(method))
                .filter(each -> SuspendingFunctions.isSuspending(method) || !SuspendingFunctions.isSuspending(each))
                .filter(each -> takes(NamedMethods.parameters(each, type), given))
                .filter(each -> ReturnTypes.fit(wanted, SuspendingFunctions.returned(each, type)))
                .toList();
        boolean ofClass = !Declaration.isAtMethod(method, userClass, declaration.slot());
        if (fitting.isEmpty()) {
            if (ofClass && bean.isEmpty() && name.equals(method.getName())) {
                return null;
            }
            throw NamedMethods.noneFits(
                    where,
                    name,
                    type,
                    method,
                    "",
                    ReturnTypes.text(wanted)
                            + (bean.isEmpty() ? "" : ", and do not make it private")
                            + (ofClass ? "; or put @Hedge on the methods that need it instead of their class" : ""));
        }
        Method found = closest(fitting, given, type, method, where + "finds several methods '" + name + "'");
        ReflectionUtils.makeAccessible(found);
        NamedMethods.warnOfUndeclared(found, method, where);
        return new AlternativeMethod(found, bean, beans, policy);
    }

    private static String attribute(Declaration declaration, String attribute) {
        return String.valueOf(declaration.methodAttributes().getOrDefault(attribute, ""))
                .strip();
    }

    /** A primitive parameter takes primitive arguments only, since others may be null. */
    private static boolean takes(Class<?>[] own, Class<?>[] given) {
        if (!NamedMethods.accepts(own, given, own.length)) {
            return false;
        }
        for (int i = 0; i < own.length; i++) {
            if (own[i].isPrimitive() && !given[i].isPrimitive()) {
                return false;
            }
        }
        return true;
    }

    /** The method with the very parameters, or else the only one that fits. */
    private static Method closest(
            List<Method> fitting, Class<?>[] given, Class<?> type, Method replaced, String several) {
        if (fitting.size() == 1) {
            return fitting.get(0);
        }
        List<Method> same = fitting.stream()
                .filter(each -> Arrays.equals(NamedMethods.parameters(each, type), given))
                .toList();
        if (same.size() != 1) {
            throw problem(
                    several + " in " + type.getName() + " that take its arguments",
                    "Give the one to call another name, or declare exactly the parameters "
                            + NamedMethods.parameters(replaced));
        }
        return same.get(0);
    }

    private static ResilienceConfigurationException problem(String description, String remedy) {
        return new ResilienceConfigurationException(List.of(new Problem(description, remedy)));
    }

    /** The method that may be called by reflection. */
    Method method() {
        return method;
    }

    /** Whether the attempts of this policy call it. */
    public boolean isOf(Policy hedge) {
        return hedge == policy;
    }

    /** Its name for display, such as {@code mirror} or {@code mirrors.quote}. */
    public String title() {
        return bean.isEmpty() ? method.getName() : bean + "." + method.getName();
    }

    /**
     * Calls the method. A suspending one returns a publisher, as it does to a proxy.
     *
     * @param target the object that was called; its own advice does not apply once more
     */
    public @Nullable Object call(Object target, @Nullable Object[] ofCall) throws Throwable {
        Object holder = bean.isEmpty() ? target : beans.getBean(bean);
        if (isAround(holder, target)) {
            holder = target;
        }
        Method called = holder == target ? method : AopUtils.selectInvocableMethod(method, holder.getClass());
        // A method that does not suspend takes no continuation.
        return AopUtils.invokeJoinpointUsingReflection(
                holder, called, Arrays.copyOf(ofCall, method.getParameterCount()));
    }

    /** Whether an object is a proxy of another one: the call has passed it already. */
    private static boolean isAround(Object proxy, Object target) {
        Object inner = proxy;
        while (inner != null && inner != target) {
            inner = AopUtils.isAopProxy(inner) ? AopProxyUtils.getSingletonTarget(inner) : null;
        }
        return inner == target;
    }
}
