package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.annotation.AttemptTimeout;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceThreadAutoConfiguration;
import io.netrun.resilience.timeout.TimeoutExceededException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;

/**
 * Protection that is woven into the method, within the transaction that a proxy begins. Run as
 * {@link WovenMethodTests}.
 */
class WovenTransactionTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    ResilienceAutoConfiguration.class,
                    ResilienceThreadAutoConfiguration.class))
            .withPropertyValues("resilience.advice-mode=aspectj")
            .withUserConfiguration(Transactions.class)
            .withBean(Orders.class)
            .withBean(Shop.class);

    @Test
    void attemptsOfAWovenMethodShouldShareItsTransaction() {
        runner.run(context -> {
            assertThat(context.getBean(Orders.class).pay()).isEqualTo("paid");
            assertThat(context.getBean(RecordingTransactions.class).log()).containsExactly("begin", "commit");
        });
    }

    @Test
    void wovenLimitShouldRollItsTransactionBack() {
        runner.run(context -> {
            assertThatThrownBy(context.getBean(Orders.class)::ship).isInstanceOf(TimeoutExceededException.class);
            assertThat(context.getBean(RecordingTransactions.class).log()).containsExactly("begin", "rollback");
        });
    }

    @Test
    void wovenLimitOfAnotherBeanShouldRollTheTransactionBack() {
        runner.run(context -> {
            assertThatThrownBy(context.getBean(Shop.class)::buy).isInstanceOf(TimeoutExceededException.class);
            RecordingTransactions transactions = context.getBean(RecordingTransactions.class);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !transactions.ends().isEmpty());
            assertThat(transactions.log()).containsExactly("begin", "rollback");
        });
    }

    static class Orders {

        private final AtomicInteger attempts = new AtomicInteger();
        private final CountDownLatch never = new CountDownLatch(1);

        @Transactional
        @AttemptTimeout(duration = "500ms")
        @Retry(maxAttempts = 100, baseDelay = "1ms") // on a busy machine, more than those that block may be late
        public String pay() throws InterruptedException {
            if (attempts.incrementAndGet() < 3) {
                never.await();
            }
            return "paid";
        }

        @Transactional
        @Timeout(duration = "500ms")
        public void ship() throws InterruptedException {
            never.await();
        }

        @Transactional
        public void order() throws InterruptedException {
            never.await();
        }
    }

    /** Has the limit, and no transaction. */
    static class Shop {

        private final Orders orders;

        Shop(Orders orders) {
            this.orders = orders;
        }

        @Timeout(duration = "3s") // the transaction has begun by then, on a busy machine too
        public void buy() throws InterruptedException {
            orders.order();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement
    static class Transactions {

        @Bean
        RecordingTransactions transactions() {
            return new RecordingTransactions();
        }
    }
}
