package io.netrun.resilience.spring.method;

import io.netrun.resilience.spring.settings.Compatibility;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.util.ClassUtils;

/**
 * The beans of one class with annotated methods.
 *
 * @param type the class as the user wrote it
 * @param names the names of the beans
 * @param methods the annotated methods, with what their annotations declare
 * @param initMethods the init methods that the bean definitions name
 * @param destroyMethods the destroy methods that the bean definitions name, or that Spring infers
 */
record AnnotatedBeans(
        Class<?> type,
        List<String> names,
        Map<Method, List<Declaration>> methods,
        Set<String> initMethods,
        Set<String> destroyMethods) {

    private static final Logger log = LoggerFactory.getLogger(AnnotatedBeans.class);

    /** What Spring puts before the name of a bean in a scope, for the bean behind the scoped proxy. */
    private static final String SCOPED = "scopedTarget.";

    /**
     * Finds all annotated beans of a context, without those of its parent.
     *
     * @param created the classes of beans that exist already, including those without a definition that names them:
     *     inner beans, and products of a {@code FactoryBean} that does not declare their class
     */
    static Collection<AnnotatedBeans> in(ConfigurableListableBeanFactory beans, Map<String, Set<Class<?>>> created) {
        Compatibility compatibility = Compatibility.of(beans);
        Map<Class<?>, AnnotatedBeans> found = new LinkedHashMap<>();
        for (String name : beans.getBeanNamesForType(Object.class)) {
            try {
                Class<?> type = typeOf(beans, name);
                if (type != null && Candidates.has(type)) {
                    AnnotatedBeans same =
                            found.computeIfAbsent(ClassUtils.getUserClass(type), each -> of(each, compatibility));
                    same.names.add(name);
                    addCallbacks(beans, name, same);
                }
            } catch (IllegalStateException | LinkageError unreadable) {
                // A class with an optional library in its signatures is legal as long as its bean is not created.
                log.debug("The class of bean '{}' cannot be examined for annotations", name, unreadable);
            }
        }
        created.forEach((state, types) -> types.forEach(type -> {
            Class<?> userClass = ClassUtils.getUserClass(type);
            if (Candidates.has(userClass)) {
                AnnotatedBeans same = found.computeIfAbsent(userClass, each -> of(each, compatibility));
                String name = withoutScope(state);
                if (!same.names.contains(name)) {
                    same.names.add(name);
                    addCallbacks(beans, state, same);
                }
            }
        }));
        found.values().removeIf(each -> each.methods.isEmpty());
        return found.values();
    }

    /** A single bean that was created after start-up. */
    static AnnotatedBeans of(ConfigurableListableBeanFactory beans, String name, Class<?> type) {
        AnnotatedBeans bean = of(type, Compatibility.of(beans));
        bean.names.add(withoutScope(name));
        addCallbacks(beans, name, bean);
        return bean;
    }

    /** The name that the application knows: that of the scoped proxy for the bean behind it. */
    private static String withoutScope(String name) {
        return ScopedProxyUtils.isScopedTarget(name) ? name.substring(SCOPED.length()) : name;
    }

    private static AnnotatedBeans of(Class<?> type, Compatibility compatibility) {
        return new AnnotatedBeans(
                type,
                new ArrayList<>(),
                MethodPipelines.annotatedMethods(type, compatibility),
                new HashSet<>(),
                new HashSet<>());
    }

    private static void addCallbacks(ConfigurableListableBeanFactory beans, String name, AnnotatedBeans bean) {
        if (beans.containsBeanDefinition(name)
                && beans.getMergedBeanDefinition(name) instanceof AbstractBeanDefinition definition) {
            addTo(bean.initMethods, definition.getInitMethodNames());
            addTo(bean.destroyMethods, definition.getDestroyMethodNames());
            Callbacks.inferredDestroyMethod(definition, bean.type).ifPresent(bean.destroyMethods::add);
        }
    }

    private static void addTo(Set<String> methods, String @Nullable [] names) {
        if (names != null) {
            methods.addAll(Arrays.asList(names));
        }
    }

    private static @Nullable Class<?> typeOf(ConfigurableListableBeanFactory beans, String name) {
        if (ScopedProxyUtils.isScopedTarget(name)) {
            return null;
        }
        Class<?> type = AutoProxyUtils.determineTargetClass(beans, name);
        Class<?> lambda = type != null && Proxy.isProxyClass(type) ? lambdaBehind(beans, name) : null;
        return lambda == null ? type : lambda;
    }

    /**
     * The class of a lambda behind a proxy, for which fewer annotations may count than for a client; null for others.
     */
    private static @Nullable Class<?> lambdaBehind(ConfigurableListableBeanFactory beans, String name) {
        Object present = beans.containsSingleton(name) ? beans.getSingleton(name) : null;
        Class<?> target = present == null ? null : AopUtils.getTargetClass(present);
        return target != null && target.isHidden() ? target : null;
    }

    Stream<Declaration> declarations() {
        return methods.values().stream().flatMap(List::stream);
    }
}
