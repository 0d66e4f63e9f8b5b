package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.spring.settings.ConfigCustomizer;
import io.netrun.resilience.timeout.TimeoutConfig;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Keeps a call with a time limit on its thread while a transaction is bound to that. */
@AutoConfiguration(before = ResilienceAutoConfiguration.class)
@ConditionalOnClass(TransactionSynchronizationManager.class)
public final class ResilienceTransactionAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "resilienceTransactionalTimeouts")
    ConfigCustomizer<TimeoutConfig> resilienceTransactionalTimeouts() {
        return new TransactionalTimeouts();
    }

    private static final class TransactionalTimeouts implements ConfigCustomizer<TimeoutConfig> {

        @Override
        public Class<TimeoutConfig> configClass() {
            return TimeoutConfig.class;
        }

        @Override
        public TimeoutConfig customize(String name, TimeoutConfig config) {
            return config.toBuilder()
                    .callerBound(TransactionSynchronizationManager::isActualTransactionActive)
                    .build();
        }
    }
}
