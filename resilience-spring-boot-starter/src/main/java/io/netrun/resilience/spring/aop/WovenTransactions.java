package io.netrun.resilience.spring.aop;

import org.springframework.aop.framework.Advised;
import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Where the protection is woven, transactions may be proxies all the same, within the time limit of another bean. A
 * call that this gives up is rolled back as in {@link ProxyFinisher}. So may asynchronous methods, whose limits are
 * checked.
 */
public final class WovenTransactions implements BeanPostProcessor {

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        if (bean instanceof Advised proxy) {
            GivenUpTransaction.putInto(proxy);
            WovenAsyncMethods.warn(proxy);
        }
        return bean;
    }
}
