package io.netrun.resilience.spring.aop;

import org.springframework.beans.factory.config.SmartInstantiationAwareBeanPostProcessor;
import org.springframework.core.Ordered;

/** Looks at each bean right after it was proxied, before anything can wrap or replace the proxy. */
public final class ProxyRecorder implements SmartInstantiationAwareBeanPostProcessor, Ordered {

    private final ProtectedBeans beans;

    public ProxyRecorder(ProtectedBeans beans) {
        this.beans = beans;
    }

    /** Behind the auto-proxy creator that is always there. */
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
