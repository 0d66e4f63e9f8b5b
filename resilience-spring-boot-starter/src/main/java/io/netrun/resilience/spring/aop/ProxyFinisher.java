package io.netrun.resilience.spring.aop;

import java.lang.reflect.Proxy;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Looks at each bean when all others are done with it. Validation of a method's arguments is put outside of the
 * protection: what a caller did wrong would be retried, and would count against the circuit of those who do it right.
 * And the protection gets to know what is around and within it: asynchronous execution, and transactions.
 */
public final class ProxyFinisher implements BeanPostProcessor {

    /** By name, since the class needs an optional library. */
    private static final String VALIDATION =
            "org.springframework.validation.beanvalidation.MethodValidationInterceptor";

    private final ProtectedBeans beans;

    public ProxyFinisher(ProtectedBeans beans) {
        this.beans = beans;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        if (bean instanceof Advised proxy) {
            if (!proxy.isFrozen()) {
                putValidationOutside(proxy);
                ResilienceInterceptor.awaitFuturesOfAsyncMethods(proxy);
            }
            GivenUpTransaction.putInto(proxy);
        }
        beans.completed(bean, name);
        return bean;
    }

    private static void putValidationOutside(Advised proxy) {
        int protection = AdvisedProxies.indexOfProtection(proxy);
        if (protection < 0) {
            return;
        }
        Advisor[] advisors = proxy.getAdvisors();
        for (int i = protection + 1; i < advisors.length; i++) {
            protection = putOutside(advisors[i], proxy, proxy, protection);
        }
        Object target = AdvisedProxies.targetOf(proxy);
        while (target instanceof Advised inner) {
            if (!inner.isFrozen() && !Proxy.isProxyClass(target.getClass())) {
                for (Advisor advisor : inner.getAdvisors()) {
                    protection = putOutside(advisor, inner, proxy, protection);
                }
            }
            target = AdvisedProxies.targetOf(inner);
        }
    }

    /** Moves an advisor of a proxy, or of one within, if it validates; returns where the protection is then. */
    private static int putOutside(Advisor advisor, Advised from, Advised proxy, int protection) {
        if (!AdvisedProxies.isAdvice(advisor, VALIDATION)) {
            return protection;
        }
        from.removeAdvisor(advisor);
        proxy.addAdvisor(protection, advisor);
        return protection + 1;
    }
}
