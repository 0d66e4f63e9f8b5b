package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.spring.settings.GlobalSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.i18n.LocaleContext;
import org.springframework.core.env.Environment;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.ClassUtils;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;

/**
 * Keeps calls that a pattern would move, such as those with a timeout, on the caller's thread while something is bound
 * to it that another thread would not have; and propagates the MDC to other threads.
 */
@AutoConfiguration(before = ResilienceAutoConfiguration.class)
public final class ResilienceThreadAutoConfiguration {

    private static final String CONTEXT_PROPAGATION = "io.micrometer.context.ContextRegistry";
    private static final String REQUESTS = "org.springframework.web.context.request.RequestContextHolder";

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
            return new RequestBinding(propagated(RequestAttributes.class));
        }
    }

    /** Whether values of a type are carried to other threads; never without Micrometer's library. */
    private static BooleanSupplier propagated(Class<?> type) {
        return isPropagating() ? new PropagatedValue(type) : () -> false;
    }

    private static boolean isPropagating() {
        return isPresent(CONTEXT_PROPAGATION);
    }

    private static boolean isPresent(String type) {
        return ClassUtils.isPresent(type, ResilienceThreadAutoConfiguration.class.getClassLoader());
    }

    @Bean
    ThreadBinding resilienceLocaleBinding() {
        BooleanSupplier isOfRequest =
                isPresent(REQUESTS) ? () -> RequestContextHolder.getRequestAttributes() != null : () -> false;
        return new LocaleBinding(isOfRequest, propagated(LocaleContext.class));
    }

    @Bean
    ThreadBinding resilienceThreadScopeBinding(ConfigurableListableBeanFactory beans) {
        return new ThreadScopeBinding(beans);
    }

    /** Spring Security registers an accessor of its own. */
    @Bean
    ThreadBinding resilienceHeldBindings(ConfigurableListableBeanFactory beans) {
        List<HeldBinding.Holder> holders = new ArrayList<>(HeldBinding.BATCH);
        holders.add(HeldBinding.MESSAGE);
        if (!isPropagating()) {
            holders.add(HeldBinding.SECURITY);
        }
        BooleanSupplier held = ThreadBinding.any(HeldBinding.of(holders, beans.getBeanClassLoader()));
        return held::getAsBoolean;
    }

    @Bean
    @Lazy(false)
    MdcPropagation resilienceMdcPropagation(Environment environment) {
        return new MdcPropagation(GlobalSettings.orElse(environment, "propagate-mdc", Boolean.class, true));
    }
}
