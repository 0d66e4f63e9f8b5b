package io.netrun.resilience.spring.method;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** Decides whether calls of a bean's method pass the resilience advice. Thread-safe. */
final class Reach {

    private final AdviceMode mode;
    private final BeanProxies proxies;

    Reach(AdviceMode mode, BeanProxies proxies) {
        this.mode = mode;
        this.proxies = proxies;
    }

    BeanProxies proxies() {
        return proxies;
    }

    AdviceMode mode() {
        return mode;
    }

    /** Whether a bean is of a class, or may be since it has not been created yet. */
    boolean mayBeOf(String bean, Method method, Class<?> type) {
        Class<?> created = proxies.classOf(bean);
        return created == null || UserClasses.of(method, created) == UserClasses.of(method, type);
    }

    /** Whether calls of a method are protected, or will be as far as this is known. */
    boolean isProtected(String bean, Method method, Class<?> type) {
        Proxying proxying = proxies.of(bean);
        return proxying.reason().isEmpty()
                && (proxying != Proxying.UNKNOWN
                        || proxies.expected(bean, type).reason().isEmpty())
                && mayBeOf(bean, method, type)
                && obstacle(bean, method, type) == null;
    }

    /** Why a bean that has a proxy, or will have one, does not have it around a method; null if it has. */
    @Nullable
    Obstacle obstacle(String bean, Method method, Class<?> type) {
        if (mode != AdviceMode.PROXY) {
            return mode.obstacle(method, false);
        }
        for (Class<?> proxy : proxies.proxiesOf(bean)) {
            Obstacle obstacle =
                    Proxy.isProxyClass(proxy) ? behindInterfaces(method, type, proxy) : behindSubclass(method, proxy);
            if (obstacle != null) {
                return obstacle;
            }
        }
        return switch (proxies.of(bean)) {
            case UNKNOWN -> expected(proxies.expected(bean, type), method, type);
            case BY_INTERFACES -> proxies.proxiesOf(bean).isEmpty() ? behindInterfaces(method, type, type) : null;
            default -> proxies.proxiesOf(bean).isEmpty() ? behindSubclass(method, type) : null;
        };
    }

    /** If it is not certain which kind of proxy there will be, that which holds for both. */
    private @Nullable Obstacle expected(Proxying kind, Method method, Class<?> type) {
        return switch (kind) {
            case BY_CLASS -> behindSubclass(method, type);
            case BY_INTERFACES -> behindInterfaces(method, type, type);
            default -> behindInterfaces(method, type, type) == null ? null : behindSubclass(method, type);
        };
    }

    private @Nullable Obstacle behindInterfaces(Method method, Class<?> type, Class<?> proxy) {
        Obstacle obstacle = mode.obstacle(method, true);
        if (obstacle != null) {
            return obstacle;
        }
        return ObjectMethods.isOne(method)
                ? ObjectMethods.behindInterfaces(method, type, proxy)
                : Visibility.ofInterfaces(method, type, proxy);
    }

    private @Nullable Obstacle behindSubclass(Method method, Class<?> proxy) {
        Obstacle obstacle = mode.obstacle(method, false);
        Obstacle ofVisibility = obstacle == null ? Visibility.obstacle(method, proxy) : obstacle;
        return ofVisibility == null ? ObjectMethods.behindSubclass(method) : ofVisibility;
    }
}
