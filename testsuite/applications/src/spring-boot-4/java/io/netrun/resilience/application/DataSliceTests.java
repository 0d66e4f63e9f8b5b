package io.netrun.resilience.application;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import jakarta.persistence.EntityManager;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.data.jpa.test.autoconfigure.DataJpaTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** The repositories of an application alone, with the settings of all of it. */
@DataJpaTest(
        properties = {
            "resilience.retry.instances.rows.base-delay=1ms",
            "resilience.retry.instances.warehouse.max-attempts=5",
            "resilience.bulkhead.instances.orders.max-concurrent=3",
            "resilience.http-clients.rates.circuit-breaker=rates"
        })
@ContextConfiguration(classes = DataSliceTests.Application.class)
@ImportAutoConfiguration(ResilienceAutoConfiguration.class)
@Import(DataSliceTests.Rows.class)
class DataSliceTests {

    @Autowired
    private Rows rows;

    @Autowired
    private ResilienceRegistry registry;

    @Test
    void repositoryOfTheSliceShouldBeProtectedInItsTransaction() {
        assertThat(rows.count()).isEqualTo("1 in a transaction, attempt 2");
        assertThat(registry.find(io.netrun.resilience.retry.Retry.TYPE, "rows")
                        .orElseThrow()
                        .metrics()
                        .totalRetries())
                .isEqualTo(1);
    }

    @Test
    void callWithATimeLimitShouldStayInTheTransactionOfTheTest() {
        assertThat(rows.isInTransaction()).isTrue();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    static class Rows {

        private final EntityManager entities;
        private int calls;

        Rows(EntityManager entities) {
            this.entities = entities;
        }

        @Timeout(duration = "30s")
        public boolean isInTransaction() {
            return TransactionSynchronizationManager.isActualTransactionActive();
        }

        @Retry(name = "rows")
        public String count() {
            if (++calls < 2) {
                throw new IllegalStateException("not yet");
            }
            return entities.createNativeQuery("select 1").getSingleResult()
                    + (TransactionSynchronizationManager.isActualTransactionActive() ? " in a" : " without a")
                    + " transaction, attempt " + calls;
        }
    }
}
