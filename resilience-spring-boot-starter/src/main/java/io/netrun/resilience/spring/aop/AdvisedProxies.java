package io.netrun.resilience.spring.aop;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Advisor;
import org.springframework.aop.SpringProxy;
import org.springframework.aop.TargetSource;
import org.springframework.aop.framework.Advised;
import org.springframework.util.ClassUtils;

/** Finds the resilience advice in proxies. */
final class AdvisedProxies {

    /** Generated classes whose objects all have the protection: Spring generates another one for other advice. */
    private static final ClassValue<AtomicBoolean> CLASSES = new ClassValue<>() {
        @Override
        protected AtomicBoolean computeValue(Class<?> type) {
            return new AtomicBoolean();
        }
    };

    private AdvisedProxies() {}

    /** Remembers the class of a protected bean, unless the class is not generated for advice. */
    static void remember(Class<?> proxy) {
        if (!Proxy.isProxyClass(proxy)) {
            CLASSES.get(proxy).set(true);
        }
    }

    /** Whether all objects of a class are known to be protected, so that they need no further proxy. */
    static boolean isProtectedClass(Class<?> type) {
        return SpringProxy.class.isAssignableFrom(type) && CLASSES.get(type).get();
    }

    /** Whether an object is a proxy with the protection, or one around such a proxy. */
    static boolean isProtected(@Nullable Object object) {
        return protecting(object) != null;
    }

    /** The proxy whose target differs from call to call: an object, or one that it is around; null if there is none. */
    static @Nullable Advised withChangingTarget(@Nullable Object object) {
        Object inner = object;
        while (inner instanceof Advised proxy) {
            if (!proxy.getTargetSource().isStatic()) {
                return proxy;
            }
            inner = targetOf(proxy);
        }
        return null;
    }

    /** The proxy with the resilience advice: an object, or one that it is around; null if there is none. */
    static @Nullable Advised protecting(@Nullable Object object) {
        Object inner = object;
        while (inner instanceof Advised proxy) {
            if (indexOfProtection(proxy) >= 0) {
                return proxy;
            }
            inner = targetOf(proxy);
        }
        return null;
    }

    /**
     * The classes of the proxies that a call passes up to the resilience advice, outermost first; empty if there is
     * none.
     */
    static List<Class<?>> classesAround(@Nullable Object object) {
        List<Class<?>> classes = new ArrayList<>();
        Object inner = object;
        while (inner instanceof Advised proxy) {
            classes.add(inner.getClass());
            if (indexOfProtection(proxy) >= 0) {
                return List.copyOf(classes);
            }
            inner = targetOf(proxy);
        }
        return List.of();
    }

    /** Whether the proxy with the resilience advice is around an object that is not of a bean's class. */
    static boolean hides(Object object, Class<?> beanClass) {
        Advised proxy = protecting(object);
        Object target = proxy == null ? null : targetOf(proxy);
        return target != null && !ClassUtils.getUserClass(beanClass).isInstance(target);
    }

    /**
     * The proxy right around a bean, if it can be given advice, and if the protection around it would be incomplete: a
     * proxy of interfaces hides the annotations of the class, and one with asynchronous execution ends its calls before
     * the method has run. Null otherwise.
     */
    static @Nullable Advised toBeProtected(@Nullable Object object) {
        Advised innermost = null;
        Object inner = object;
        while (inner instanceof Advised proxy) {
            innermost = proxy;
            inner = targetOf(proxy);
        }
        return innermost != null
                        && inner != null
                        && (Proxy.isProxyClass(innermost.getClass()) || indexOfAsync(innermost) >= 0)
                        && !innermost.isFrozen()
                        && !Proxy.isProxyClass(inner.getClass())
                ? innermost
                : null;
    }

    /** The index of the last advice for asynchronous execution in a proxy; -1 if there is none. */
    static int indexOfAsync(Advised proxy) {
        int index = -1;
        Advisor[] advisors = proxy.getAdvisors();
        for (int i = 0; i < advisors.length; i++) {
            if (isAdvice(advisors[i], ResilienceInterceptor.ASYNC)) {
                index = i;
            }
        }
        return index;
    }

    /** The index of the resilience advice in a proxy; -1 if there is none. */
    static int indexOfProtection(Advised proxy) {
        Advisor[] advisors = proxy.getAdvisors();
        for (int i = 0; i < advisors.length; i++) {
            if (advisors[i].getAdvice() instanceof ResilienceInterceptor) {
                return i;
            }
        }
        return -1;
    }

    /** Whether an advisor's advice is of a class, or of a subclass; by name, since its library may be absent. */
    static boolean isAdvice(Advisor advisor, String className) {
        for (Class<?> type = advisor.getAdvice().getClass(); type != null; type = type.getSuperclass()) {
            if (type.getName().equals(className)) {
                return true;
            }
        }
        return false;
    }

    /** The target of a proxy; null for a target that differs from call to call. */
    static @Nullable Object targetOf(Advised proxy) {
        TargetSource source = proxy.getTargetSource();
        try {
            return source.isStatic() ? source.getTarget() : null;
        } catch (Exception unavailable) {
            return null;
        }
    }
}
