package io.netrun.resilience.spring.aop;

import java.lang.reflect.Proxy;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Inspects each bean after all other post-processors. Moves the validation of method arguments outside of the
 * resilience advice: otherwise a caller's invalid arguments would be retried and would count as failures of the
 * circuit. Also informs the resilience advice about asynchronous execution around it and transactions inside it.
 */
public final class ProxyFinisher implements BeanPostProcessor {

    /** By name, since the class is in an optional library. */
    private static final String VALIDATION =
            "org.springframework.validation.beanvalidation.MethodValidationInterceptor";

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        if (bean instanceof Advised proxy) {
            Advised protecting = AdvisedProxies.protecting(bean);
            Advised changing =
                    protecting == null ? null : AdvisedProxies.withChangingTarget(AdvisedProxies.targetOf(protecting));
            if (changing != null) {
                StackedInvocation.prepare(changing);
            }
            if (protecting != null && !protecting.isFrozen()) {
                putValidationOutside(protecting);
                ResilienceInterceptor.awaitFuturesOfAsyncMethods(protecting);
            }
            GivenUpTransaction.putInto(proxy);
        }
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

    /**
     * Moves a validating advisor of a proxy, or of a nested proxy; returns the index of the resilience advice
     * afterwards.
     */
    private static int putOutside(Advisor advisor, Advised from, Advised proxy, int protection) {
        if (!AdvisedProxies.isAdvice(advisor, VALIDATION)) {
            return protection;
        }
        from.removeAdvisor(advisor);
        proxy.addAdvisor(protection, advisor);
        return protection + 1;
    }
}
