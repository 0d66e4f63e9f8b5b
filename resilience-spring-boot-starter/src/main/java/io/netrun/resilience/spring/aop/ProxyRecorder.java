package io.netrun.resilience.spring.aop;

import org.springframework.aop.Pointcut;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.ComposablePointcut;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.SmartInstantiationAwareBeanPostProcessor;
import org.springframework.core.Ordered;

/**
 * Inspects each bean right after it was proxied, before the proxy can be wrapped or replaced. Gives the protection to a
 * proxy that another post-processor had made before, of the bean's interfaces or for asynchronous execution: the
 * auto-proxy creator sees no more of the former than its interfaces, and would miss the annotations of its class, and
 * around the latter it would protect no more than the start of a call.
 */
public final class ProxyRecorder implements SmartInstantiationAwareBeanPostProcessor, Ordered {

    private final ProtectedBeans beans;
    private final ObjectProvider<ResilienceAdvisor> advisor;

    public ProxyRecorder(ProtectedBeans beans, ObjectProvider<ResilienceAdvisor> advisor) {
        this.beans = beans;
        this.advisor = advisor;
    }

    /** Runs after the auto-proxy creator that is always present. */
    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE + 1;
    }

    /** With a circular reference, a bean is proxied before it is initialized. */
    @Override
    public Object getEarlyBeanReference(Object bean, String name) {
        beans.proxiedEarly(bean, name);
        return bean;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        Advised proxy = AdvisedProxies.toBeProtected(bean);
        if (proxy != null && beans.isToBeProtected(AdvisedProxies.targetOf(proxy))) {
            advisor.ifAvailable(ours -> protect(bean, proxy, ours));
        }
        beans.proxied(bean, name);
        return bean;
    }

    /** Inside of asynchronous execution and outside of all other advice, as in a proxy of the auto-proxy creator. */
    private static void protect(Object bean, Advised proxy, ResilienceAdvisor ours) {
        if (AdvisedProxies.indexOfProtection(proxy) >= 0) {
            return;
        }
        Advised outer = AdvisedProxies.protecting(bean);
        if (outer != null && outer.isFrozen()) {
            return;
        }
        int index = AdvisedProxies.indexOfAsync(proxy) + 1;
        // Any class that has a proxy already: a final one, too.
        Pointcut methods = new ComposablePointcut(ours.getPointcut().getMethodMatcher());
        proxy.addAdvisor(index, new DefaultPointcutAdvisor(methods, ours.getAdvice()));
        if (outer != null) {
            // What it knows, the inner proxy knows, too.
            outer.removeAdvisor(AdvisedProxies.indexOfProtection(outer));
        }
    }
}
