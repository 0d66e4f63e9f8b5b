package io.netrun.resilience.spring.aop;

import org.springframework.beans.factory.config.SmartInstantiationAwareBeanPostProcessor;
import org.springframework.core.Ordered;

/** Inspects each bean right after it was proxied, before the proxy can be wrapped or replaced. */
public final class ProxyRecorder implements SmartInstantiationAwareBeanPostProcessor, Ordered {

    private final ProtectedBeans beans;

    public ProxyRecorder(ProtectedBeans beans) {
        this.beans = beans;
    }

    /** Runs after the auto-proxy creator that is always present. */
    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE + 1;
    }

    /** With a circular reference, a bean is proxied before it is initialized. */
    @Override
    public Object getEarlyBeanReference(Object bean, String name) {
        beans.proxied(bean, name);
        return bean;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        beans.proxied(bean, name);
        return bean;
    }
}
