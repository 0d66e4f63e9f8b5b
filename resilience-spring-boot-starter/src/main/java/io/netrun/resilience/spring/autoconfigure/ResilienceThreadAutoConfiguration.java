package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.spring.settings.ConfigCustomizer;
import io.netrun.resilience.spring.settings.GlobalSettings;
import io.netrun.resilience.spring.settings.StarterCustomizer;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.util.function.BooleanSupplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.ClassUtils;
import org.springframework.web.context.request.RequestContextHolder;

/**
 * Keeps calls with a timeout, and hedged calls, on the caller's thread while something is bound to it that another
 * thread would not have; and propagates the MDC to other threads.
 */
@AutoConfiguration(before = ResilienceAutoConfiguration.class)
public final class ResilienceThreadAutoConfiguration {

    private static final String CONTEXT_PROPAGATION = "io.micrometer.context.ContextRegistry";

    /** Before the application's own customizers, which take precedence. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    @ConditionalOnMissingBean(name = "resilienceThreadBoundTimeouts")
    ConfigCustomizer<TimeoutConfig> resilienceThreadBoundTimeouts(ObjectProvider<ThreadBinding> bindings) {
        BooleanSupplier bound = ThreadBinding.any(bindings.orderedStream().toList());
        return new StarterCustomizer<>(
                TimeoutConfig.class,
                (name, config) -> config.toBuilder().requiresCallerThread(bound).build());
    }

    /** See {@link #resilienceThreadBoundTimeouts}. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    @ConditionalOnMissingBean(name = "resilienceThreadBoundHedges")
    ConfigCustomizer<HedgeConfig> resilienceThreadBoundHedges(ObjectProvider<ThreadBinding> bindings) {
        BooleanSupplier bound = ThreadBinding.any(bindings.orderedStream().toList());
        return new StarterCustomizer<>(
                HedgeConfig.class,
                (name, config) -> config.toBuilder().requiresCallerThread(bound).build());
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
