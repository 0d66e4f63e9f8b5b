package io.netrun.resilience.spring.aop;

import io.netrun.resilience.spring.method.Proxying;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.AopConfigException;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.autoproxy.AbstractAutoProxyCreator;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.PriorityOrdered;

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

    private static final Logger log = LoggerFactory.getLogger(OwnBeans.class);

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

    /** Runs before any creator gets the bean. */
    @Override
    public Object postProcessBeforeInitialization(Object bean, String name) {
        Class<?> type = bean.getClass();
        boolean own = isOwn(type, name);
        if (own || isFinalClassOfTheLibrary(type)) {
            creators()
                    .filter(creator ->
                            own || creator.isProxyTargetClass() || ProxyClasses.obstacle(type, false) == Proxying.FINAL)
                    .forEach(creator -> keepOut(bean, name, creator));
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

    /**
     * Makes a creator remember that it needs to do nothing about a bean: by name up to Spring 6, and from 7 on, where
     * it also remembers the class, as one that it has seen early. A proxy that it makes then is not used.
     */
    private static void keepOut(Object bean, String name, AbstractAutoProxyCreator creator) {
        creator.postProcessBeforeInstantiation(AopInfrastructureBean.class, name);
        try {
            creator.getEarlyBeanReference(bean, name);
        } catch (AopConfigException e) {
            log.debug("Bean '{}' of the library is left without the advice of the application", name, e);
        }
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
