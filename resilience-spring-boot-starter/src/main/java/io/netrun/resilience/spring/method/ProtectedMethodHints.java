package io.netrun.resilience.spring.method;

import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Hedge;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.spring.settings.Compatibility;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.aot.hint.TypeReference;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Registers protected methods for reflection in a native image, which keeps only what hints name. This includes the
 * methods that they override or implement, where the annotations may be, their fallback methods and alternatives, and
 * the types of constant results.
 */
final class ProtectedMethodHints implements BeanRegistrationAotProcessor {

    @Override
    public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean bean) {
        Class<?> type = ClassUtils.getUserClass(bean.getBeanType().toClass());
        if (type.getName().startsWith("java.")) {
            return null;
        }
        Map<Method, List<Declaration>> annotated =
                MethodPipelines.annotatedMethods(type, Compatibility.of(bean.getBeanFactory()));
        return annotated.isEmpty()
                ? null
                : (context, code) -> annotated.forEach((method, declarations) -> register(
                        context.getRuntimeHints().reflection(), method, declarations, type, bean.getBeanFactory()));
    }

    private static void register(
            ReflectionHints hints, Method method, List<Declaration> declarations, Class<?> type, BeanFactory beans) {
        registerWithInherited(hints, method, type);
        for (Declaration declaration : declarations) {
            declaration.settings().values().forEach(value -> registerNamed(hints, value));
            if (declaration.isKeyed()) {
                registerForExpressions(hints, method);
            }
            if (declaration.slot().annotation() == Fallback.class
                    && !declaration.methodAttributes().isEmpty()) {
                fallbacks(declaration, method, type, beans)
                        .forEach(each -> registerWithInherited(hints, each, each.getDeclaringClass()));
            }
            if (declaration.slot().annotation() == Fallback.class
                    && !declaration.methodAttributes().containsKey("method")) {
                // A constant may be bound to the type, also one of a profile that is not active yet.
                new BindingReflectionHintsRegistrar()
                        .registerReflectionHints(
                                hints, ConstantResult.typeOf(method, type).getType());
            }
            if (declaration.slot().annotation() == Hedge.class) {
                Method alternative = alternative(declaration, method, type, beans);
                if (alternative != null) {
                    registerWithInherited(hints, alternative, alternative.getDeclaringClass());
                }
            }
        }
    }

    /** The expression of a key may read properties of arguments. */
    private static void registerForExpressions(ReflectionHints hints, Method method) {
        for (Class<?> parameter : SuspendingFunctions.parameters(method)) {
            if (!parameter.isPrimitive() && !parameter.isArray()) {
                hints.registerType(parameter, MemberCategory.INVOKE_PUBLIC_METHODS);
            }
        }
    }

    private static void registerNamed(ReflectionHints hints, Object value) {
        if (value instanceof Object[] elements) {
            for (Object element : elements) {
                registerNamed(hints, element);
            }
        } else if (value instanceof Class<?> type) {
            hints.registerType(type);
        } else if (value instanceof String text && text.contains(".") && ClassUtils.isPresent(text, null)) {
            hints.registerType(TypeReference.of(text), MemberCategory.INVOKE_DECLARED_CONSTRUCTORS); // code
        }
    }

    /** Empty if they are invalid: the start-up check reports it. */
    private static List<Method> fallbacks(Declaration declaration, Method method, Class<?> type, BeanFactory beans) {
        try {
            return FallbackMethods.of(declaration, method, type, beans, true, ConstantResult.NONE)
                    .methods();
        } catch (ResilienceConfigurationException wrong) {
            return List.of();
        }
    }

    /** Null if it is invalid, or there is none. */
    private static @Nullable Method alternative(
            Declaration declaration, Method method, Class<?> type, BeanFactory beans) {
        try {
            AlternativeMethod found = AlternativeMethod.of(declaration, method, type, beans, null);
            return found == null ? null : found.method();
        } catch (ResilienceConfigurationException wrong) {
            return null;
        }
    }

    /** Parameters are counted and not compared, since they may be type variables in supertypes. */
    private static void registerWithInherited(ReflectionHints hints, Method method, Class<?> type) {
        hints.registerMethod(method, ExecutableMode.INVOKE);
        for (Class<?> each : hierarchy(type)) {
            for (Method inherited : ReflectionUtils.getDeclaredMethods(each)) {
                if (inherited.getName().equals(method.getName())
                        && inherited.getParameterCount() == method.getParameterCount()) {
                    hints.registerMethod(inherited, ExecutableMode.INVOKE);
                }
            }
        }
    }

    private static List<Class<?>> hierarchy(Class<?> type) {
        List<Class<?>> hierarchy = new ArrayList<>(ClassUtils.getAllInterfacesForClassAsSet(type));
        for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
            hierarchy.add(each);
        }
        return hierarchy;
    }
}
