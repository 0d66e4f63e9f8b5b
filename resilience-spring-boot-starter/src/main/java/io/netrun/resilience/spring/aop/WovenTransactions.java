package io.netrun.resilience.spring.aop;

import io.netrun.resilience.spring.method.MethodPipelines;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.Advised;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Where the protection is woven, transactions may be proxies all the same, within the time limit of another bean. A
 * call that this gives up is rolled back as in {@link ProxyFinisher}. So may asynchronous methods, whose limits are
 * checked.
 */
public final class WovenTransactions implements BeanPostProcessor, BeanFactoryAware {

    private @Nullable BeanFactory beans;

    @Override
    public void setBeanFactory(BeanFactory factory) {
        beans = factory;
    }

    /** Where several contexts run, the calls of a bean are protected by the instances of its own. */
    @Override
    public Object postProcessBeforeInitialization(Object bean, String name) {
        BeanFactory owner = beans;
        if (owner != null && MethodPipelines.isCandidate(bean.getClass())) {
            WovenBeans.add(bean, owner);
        }
        return bean;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        if (bean instanceof Advised proxy) {
            GivenUpTransaction.putInto(proxy);
            WovenAsyncMethods.warn(proxy);
        }
        return bean;
    }
}
