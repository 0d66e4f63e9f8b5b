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
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;

/** What becomes of the transaction of a call that a limit has given up. */
class GivenUpTransactionTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    ResilienceAutoConfiguration.class,
                    ResilienceThreadAutoConfiguration.class))
            .withUserConfiguration(Transactions.class)
            .withBean(Orders.class)
            .withBean(Shop.class);

    @Test
    void attemptThatALimitInterruptsShouldBeRolledBack() {
        runner.run(context -> {
            assertThat(context.getBean(Orders.class).pay()).isEqualTo("paid");
            assertEnds(context.getBean(RecordingTransactions.class), 2, 1);
        });
    }

    @Test
    void attemptThatIgnoresTheInterruptShouldBeRolledBack() {
        runner.run(context -> {
            Orders orders = context.getBean(Orders.class);
            assertThatThrownBy(orders::payDeaf).isInstanceOf(TimeoutExceededException.class);
            orders.answers().countDown();
            assertEnds(context.getBean(RecordingTransactions.class), 1, 0);
        });
    }

    @Test
    void callOnItsOwnThreadShouldBeRolledBackAtTheLimit() {
        runner.run(context -> {
            Orders orders = context.getBean(Orders.class);
            assertThatThrownBy(orders::payHere).isInstanceOf(TimeoutExceededException.class);
            assertEnds(context.getBean(RecordingTransactions.class), 1, 0);
        });
    }

    @Test
    void callGivenUpWhileItsTransactionBeginsShouldBeRolledBack() {
        runner.run(context -> {
            RecordingTransactions transactions = context.getBean(RecordingTransactions.class);
            transactions.onBegin(GivenUpTransactionTests::waitForTheLimit);
            Orders orders = context.getBean(Orders.class);
            orders.answers().countDown();
            assertThatThrownBy(orders::payHere).isInstanceOf(TimeoutExceededException.class);
            assertThat(transactions.log()).containsExactly("begin", "rollback");
        });
    }

    /** As a pool of connections may do that ignores the interrupt. */
    private static void waitForTheLimit() {
        try {
            new CountDownLatch(1).await(60, TimeUnit.SECONDS);
        } catch (InterruptedException limit) {
            // The body would find nothing of it.
        }
    }

    @Test
    void limitOfAnotherBeanShouldRollTheTransactionBack() {
        runner.run(context -> {
            Shop shop = context.getBean(Shop.class);
            assertThatThrownBy(shop::buy).isInstanceOf(TimeoutExceededException.class);
            assertEnds(context.getBean(RecordingTransactions.class), 1, 0);
        });
    }

    @Test
    void checkedExceptionShouldBeCommittedAsSpringHasIt() {
        runner.run(context -> {
            assertThat(context.getBean(Orders.class).ship()).isEqualTo("shipped");
            assertEnds(context.getBean(RecordingTransactions.class), 0, 2);
        });
    }

    @Test
    void checkedExceptionWithARollbackRuleShouldBeRolledBack() {
        runner.run(context -> {
            assertThat(context.getBean(Orders.class).shipSafely()).isEqualTo("shipped");
            assertEnds(context.getBean(RecordingTransactions.class), 1, 1);
        });
    }

    private static void assertEnds(RecordingTransactions transactions, int rolledBack, int committed) {
        await().atMost(Duration.ofSeconds(30)).until(() -> transactions.ends().size() >= rolledBack + committed);
        assertThat(transactions.ends().stream().filter("rollback"::equals)).hasSizeGreaterThanOrEqualTo(rolledBack);
        assertThat(transactions.ends().stream().filter("commit"::equals)).hasSize(committed);
    }

    static class Orders {

        private final AtomicInteger attempts = new AtomicInteger();
        private final CountDownLatch answers = new CountDownLatch(1);

        @Transactional
        @AttemptTimeout(duration = "500ms")
        @Retry(maxAttempts = 100, baseDelay = "1ms") // on a busy machine, more than those that block may be late
        public String pay() throws InterruptedException {
            if (attempts.incrementAndGet() < 3) {
                answers.await();
            }
            return "paid";
        }

        @Transactional
        @Timeout(duration = "500ms")
        public void payDeaf() {
            while (answers.getCount() > 0) {
                try {
                    answers.await();
                } catch (InterruptedException ignored) {
                    attempts.incrementAndGet();
                }
            }
        }

        @Transactional
        @Timeout(duration = "500ms", thread = "caller")
        public void payHere() throws InterruptedException {
            answers.await();
        }

        @Transactional
        public void order() throws InterruptedException {
            answers.await();
        }

        @Transactional
        @Retry(maxAttempts = 2, baseDelay = "1ms")
        public String ship() throws IOException {
            return fail();
        }

        @Transactional(rollbackFor = Exception.class)
        @Retry(maxAttempts = 2, baseDelay = "1ms")
        public String shipSafely() throws IOException {
            return fail();
        }

        private String fail() throws IOException {
            if (attempts.incrementAndGet() < 2) {
                throw new IOException();
            }
            return "shipped";
        }

        public CountDownLatch answers() {
            return answers;
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
        PlatformTransactionManager transactions() {
            return new RecordingTransactions();
        }
    }
}
