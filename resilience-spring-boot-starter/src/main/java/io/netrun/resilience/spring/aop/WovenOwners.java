package io.netrun.resilience.spring.aop;

import io.netrun.resilience.spring.method.MethodPipelines;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.InstantiationAwareBeanPostProcessor;

/**
 * Records which application context each bean with woven methods belongs to, from before its initialization on: where
 * several contexts run, its calls are protected by the instances of its own, or not at all where that has proxies or no
 * protection. Where the protection is woven, it begins with the first such bean, so that beans that are created later
 * can make protected calls in their constructors and initialization methods.
 */
public final class WovenOwners implements InstantiationAwareBeanPostProcessor, BeanFactoryAware {

    private final ObjectProvider<ResilienceWeaving> weaving;

    private @Nullable BeanFactory beans;
    private volatile boolean begun;

    /**
     * Creates the recorder of a context.
     *
     * @param weaving what protects the beans of the context; none if nothing is woven for it
     */
    public WovenOwners(ObjectProvider<ResilienceWeaving> weaving) {
        this.weaving = weaving;
    }

    @Override
    public void setBeanFactory(BeanFactory factory) {
        beans = factory;
    }

    @Override
    public @Nullable Object postProcessBeforeInstantiation(Class<?> type, String name) {
        if (!begun && MethodPipelines.isCandidate(type)) {
            weaving.getIfAvailable();
            begun = true; // not if it failed, nor for a thread that comes while another one still creates it
        }
        return null;
    }

    @Override
    public boolean postProcessAfterInstantiation(Object bean, String name) {
        add(bean);
        return true;
    }

    /** For an object of a factory, which is not initialized here. */
    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        add(bean);
        return bean;
    }

    private void add(Object bean) {
        BeanFactory owner = beans;
        if (owner != null && MethodPipelines.isCandidate(bean.getClass())) {
            WovenBeans.add(bean, owner);
        }
    }
}
