package io.netrun.resilience.spring.aop;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.autoproxy.AbstractAutoProxyCreator;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.PriorityOrdered;
import org.springframework.util.ClassUtils;

/**
 * Keeps the library's own beans out of the proxies that pointcuts of the application ask for. A pointcut for all that
 * is not Spring's, or for methods named {@code start}, matches them too. Their classes are final, so that the attempt
 * to proxy one would end the start; and advice that calls a protected method would call itself.
 *
 * <p>A bean is the library's if one of its auto-configurations declares it. A marker at the class would not do: that of
 * a bean may be one of the core's, which know nothing of Spring. Other post-processors, such as one that puts a spy
 * around a bean, still get it. A bean of the application whose class is a final one of the library gets the proxies of
 * its interfaces that the application asks for, and no others.
 */
public final class OwnBeans implements BeanPostProcessor, PriorityOrdered, AopInfrastructureBean {

    private static final String LIBRARY = "io.netrun.resilience.";
    private static final String CONFIGURATIONS = ".autoconfigure.Resilience";

    private final ConfigurableListableBeanFactory beans;

    /**
     * Creates it for the beans of one context.
     *
     * @param beans has the definitions of the beans, and the post-processors that make proxies
     */
    public OwnBeans(ConfigurableListableBeanFactory beans) {
        this.beans = beans;
    }

    /** Known before the auto-proxy creator is, which could proxy this bean too. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    /** Runs before any creator gets the bean: each remembers by name which beans need no proxy. */
    @Override
    public Object postProcessBeforeInitialization(Object bean, String name) {
        Class<?> type = bean.getClass();
        boolean own = isOwn(type, name);
        if (own || isFinalClassOfTheLibrary(type)) {
            creators()
                    .filter(creator -> own
                            || creator.isProxyTargetClass()
                            || ClassUtils.getAllInterfacesForClass(type).length == 0)
                    .forEach(creator -> creator.postProcessBeforeInstantiation(AopInfrastructureBean.class, name));
        }
        return bean;
    }

    /** Such as a circuit breaker that the application has declared: a bean of its own, which no class can extend. */
    private static boolean isFinalClassOfTheLibrary(Class<?> type) {
        return Modifier.isFinal(type.getModifiers())
                && type.getName().startsWith(LIBRARY)
                && !Proxy.isProxyClass(type)
                && !type.isHidden();
    }

    private Stream<AbstractAutoProxyCreator> creators() {
        return beans instanceof AbstractBeanFactory factory
                ? factory.getBeanPostProcessors().stream()
                        .filter(AbstractAutoProxyCreator.class::isInstance)
                        .map(AbstractAutoProxyCreator.class::cast)
                : Stream.empty();
    }

    private boolean isOwn(Class<?> type, String name) {
        if (isConfiguration(type)) {
            return true;
        }
        if (!beans.containsBeanDefinition(name)
                || !(beans.getMergedBeanDefinition(name) instanceof RootBeanDefinition definition)) {
            return false;
        }
        Method method = definition.getResolvedFactoryMethod();
        return isConfiguration(method == null ? null : method.getDeclaringClass());
    }

    /** By name: in a native image, the annotations of the configurations need not be there. */
    private static boolean isConfiguration(@Nullable Class<?> type) {
        if (type == null || !type.getName().startsWith(LIBRARY)) {
            return false;
        }
        String outermost = type.getName().split("\\$", 2)[0];
        return outermost.contains(CONFIGURATIONS) && outermost.endsWith("Configuration");
    }
}
