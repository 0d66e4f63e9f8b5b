package io.netrun.resilience.spring.aop;

import io.netrun.resilience.spring.method.Proxying;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.config.AopConfigUtils;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.ProxyProcessorSupport;
import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ApplicationContext;

/**
 * Finds out whether the class of a proxy can be generated for a bean. The attempt to make one that cannot be would stop
 * the start, with nothing but a message of the class generator.
 */
final class ProxyClasses {

    /** Where Spring has the setting from version 7 on; a context without one has that of its parent. */
    private static final String DEFAULT_CONFIGURATION =
            "org.springframework.aop.framework.autoproxy.defaultProxyConfig";

    private ProxyClasses() {}

    /** Whether beans with interfaces are proxied by subclasses too. */
    static boolean areSubclasses(@Nullable BeanFactory beans) {
        return beans instanceof ConfigurableListableBeanFactory factory
                && (asksForSubclasses(factory, AopConfigUtils.AUTO_PROXY_CREATOR_BEAN_NAME)
                        || inheritsSubclasses(factory));
    }

    private static boolean inheritsSubclasses(ConfigurableListableBeanFactory beans) {
        for (ConfigurableListableBeanFactory each = beans; each != null; each = parentOf(each)) {
            if (each.containsBeanDefinition(DEFAULT_CONFIGURATION)) {
                return asksForSubclasses(each, DEFAULT_CONFIGURATION);
            }
        }
        return false;
    }

    private static @Nullable ConfigurableListableBeanFactory parentOf(ConfigurableListableBeanFactory beans) {
        BeanFactory parent = beans.getParentBeanFactory();
        BeanFactory inner =
                parent instanceof ApplicationContext context ? context.getAutowireCapableBeanFactory() : parent;
        return inner instanceof ConfigurableListableBeanFactory factory ? factory : null;
    }

    private static boolean asksForSubclasses(ConfigurableListableBeanFactory factory, String name) {
        return factory.containsBeanDefinition(name)
                && Boolean.TRUE.equals(
                        factory.getBeanDefinition(name).getPropertyValues().get("proxyTargetClass"));
    }

    /**
     * Why there can be no proxy of a bean; {@link Proxying#UNKNOWN} if nothing speaks against it.
     *
     * @param type the class of the bean
     * @param subclasses whether the proxy extends the class even if that has interfaces
     */
    static Proxying obstacle(Class<?> type, boolean subclasses) {
        if (Proxy.isProxyClass(type) || type.isHidden()) {
            return Proxying.UNKNOWN;
        }
        ProxyFactory wanted = new ProxyFactory();
        if (!subclasses) {
            Interfaces.addTo(wanted, type);
        }
        Class<?>[] interfaces = wanted.getProxiedInterfaces();
        if (interfaces.length > 0) {
            return Arrays.stream(interfaces).anyMatch(Class::isSealed) ? Proxying.SEALED_INTERFACE : Proxying.UNKNOWN;
        }
        if (Modifier.isFinal(type.getModifiers())) {
            return Proxying.FINAL;
        }
        if (type.isSealed()) {
            return Proxying.SEALED;
        }
        Constructor<?>[] constructors = type.getDeclaredConstructors();
        return constructors.length > 0
                        && Arrays.stream(constructors).allMatch(each -> Modifier.isPrivate(each.getModifiers()))
                ? Proxying.PRIVATE_CONSTRUCTORS
                : Proxying.UNKNOWN;
    }

    /** How a bean of exactly this class is proxied unless subclasses are wanted. */
    static Proxying kind(Class<?> type) {
        ProxyFactory wanted = new ProxyFactory();
        Interfaces.addTo(wanted, type);
        return wanted.getProxiedInterfaces().length > 0 ? Proxying.BY_INTERFACES : Proxying.BY_CLASS;
    }

    /**
     * Whether Spring remembers by name that a bean needs no proxy, as versions before 7 do: an object of another class
     * under that name gets none either.
     */
    static boolean areLeftOutByName() {
        return CacheKeys.areNames();
    }

    /** Spring's own keys of what it remembers. */
    private static final class CacheKeys extends BeanNameAutoProxyCreator {

        private static final long serialVersionUID = 1L;

        static boolean areNames() {
            CacheKeys keys = new CacheKeys();
            return keys.getCacheKey(String.class, "bean").equals(keys.getCacheKey(Integer.class, "bean"));
        }
    }

    /** Spring's own choice of the interfaces that a proxy has; none if it extends the class. */
    private static final class Interfaces extends ProxyProcessorSupport {

        private static final long serialVersionUID = 1L;

        /** Not one for all: it keeps a class loader, and leaves out interfaces that this one does not see. */
        static void addTo(ProxyFactory factory, Class<?> type) {
            Interfaces choice = new Interfaces();
            choice.setProxyClassLoader(type.getClassLoader());
            choice.evaluateProxyInterfaces(type, factory);
        }
    }
}
