package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.spring.settings.ConfigCustomizer;
import io.netrun.resilience.timeout.TimeoutConfig;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Keeps calls with a time limit, and calls that are hedged, on their thread while a transaction is bound to that. */
@AutoConfiguration(before = ResilienceAutoConfiguration.class)
@ConditionalOnClass(TransactionSynchronizationManager.class)
public final class ResilienceTransactionAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "resilienceTransactionalTimeouts")
    ConfigCustomizer<TimeoutConfig> resilienceTransactionalTimeouts() {
        return ConfigCustomizer.of(
                TimeoutConfig.class,
                (name, config) -> config.toBuilder()
                        .callerBound(TransactionSynchronizationManager::isActualTransactionActive)
                        .build());
    }

    @Bean
    @ConditionalOnMissingBean(name = "resilienceTransactionalHedges")
    ConfigCustomizer<HedgeConfig> resilienceTransactionalHedges() {
        return ConfigCustomizer.of(
                HedgeConfig.class,
                (name, config) -> config.toBuilder()
                        .callerBound(TransactionSynchronizationManager::isActualTransactionActive)
                        .build());
    }
}
