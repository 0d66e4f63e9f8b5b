package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.spring.settings.GlobalSettings;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.ClassUtils;
import org.springframework.web.context.request.RequestContextHolder;

/**
 * Keeps calls that a pattern would move, such as those with a timeout, on the caller's thread while something is bound
 * to it that another thread would not have; and propagates the MDC to other threads.
 */
@AutoConfiguration(before = ResilienceAutoConfiguration.class)
public final class ResilienceThreadAutoConfiguration {

    private static final String CONTEXT_PROPAGATION = "io.micrometer.context.ContextRegistry";

    @Bean
    @ConditionalOnMissingBean
    ThreadBoundCalls resilienceThreadBoundCalls(ObjectProvider<ThreadBinding> bindings) {
        return new ThreadBoundCalls(bindings.orderedStream().toList());
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(TransactionSynchronizationManager.class)
    static class Transactions {

        @Bean
        ThreadBinding resilienceTransactionBinding() {
            return new TransactionBinding();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(RequestContextHolder.class)
    static class Requests {

        @Bean
        ThreadBinding resilienceRequestBinding() {
            boolean carried =
                    ClassUtils.isPresent(CONTEXT_PROPAGATION, ResilienceThreadAutoConfiguration.class.getClassLoader());
            return carried ? new RequestBinding(new PropagatedRequest()) : new RequestBinding(() -> false);
        }
    }

    @Bean
    @Lazy(false)
    MdcPropagation resilienceMdcPropagation(Environment environment) {
        return new MdcPropagation(GlobalSettings.orElse(environment, "propagate-mdc", Boolean.class, true));
    }
}
