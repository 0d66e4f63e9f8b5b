package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.annotation.Hedge;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceThreadAutoConfiguration;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.aspectj.lang.JoinPoint;
import org.aspectj.lang.annotation.Aspect;
import org.aspectj.lang.annotation.Before;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/** Where the protection stands among Spring's own advice: within {@code @Async}, around {@code @Transactional}. */
class AdviceOrderTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    ResilienceAutoConfiguration.class,
                    ResilienceThreadAutoConfiguration.class))
            .withUserConfiguration(Advised.class)
            .withBean(Ledger.class);

    @Test
    void everyAttemptShouldHaveATransactionOfItsOwn() {
        runner.run(context -> {
            context.getBean(Ledger.class).book();
            assertThat(context.getBean(RecordingTransactions.class).log())
                    .containsExactly("begin", "rollback", "begin", "rollback", "begin", "commit");
        });
    }

    @Test
    void timeoutWithinATransactionShouldStayOnItsThread() {
        runner.run(context -> {
            TransactionTemplate transaction = new TransactionTemplate(context.getBean(RecordingTransactions.class));
            Thread thread =
                    transaction.execute(status -> context.getBean(Ledger.class).thread());
            assertThat(thread).isSameAs(Thread.currentThread());
        });
    }

    @Test
    void hedgeWithinATransactionShouldStayOnItsThread() {
        runner.run(context -> {
            Ledger ledger = context.getBean(Ledger.class);
            TransactionTemplate transaction = new TransactionTemplate(context.getBean(RecordingTransactions.class));
            assertThat(transaction.<Thread>execute(status -> ledger.hedgedThread()))
                    .isSameAs(Thread.currentThread());
            assertThat(ledger.hedgedThread()).isNotSameAs(Thread.currentThread());
        });
    }

    @Test
    void timeoutWithoutATransactionShouldRunOnAWorker() {
        runner.run(context -> assertThat(context.getBean(Ledger.class).thread()).isNotSameAs(Thread.currentThread()));
    }

    @Test
    void asyncMethodShouldBeRetriedOnTheThreadOfItsExecutor() {
        runner.run(context -> {
            Ledger ledger = context.getBean(Ledger.class);
            ledger.audit();
            await().until(() -> ledger.auditors().size() == 3);
            assertThat(ledger.auditors()).allMatch(thread -> thread.startsWith("async-"));
        });
    }

    @Test
    void asyncMethodWithAFutureShouldBeRetriedBeforeThatEnds() {
        runner.run(context -> {
            Ledger ledger = context.getBean(Ledger.class);
            assertThat(ledger.total().get(10, TimeUnit.SECONDS)).isEqualTo(3);
            assertThat(ledger.auditors()).hasSize(3).allMatch(thread -> thread.startsWith("async-"));
        });
    }

    @Test
    void aspectFurtherInShouldFindItsJoinPointOnEveryThread() {
        runner.withBean(Auditing.class).run(context -> {
            Ledger ledger = context.getBean(Ledger.class);
            ledger.thread();
            ledger.hedgedThread();
            ledger.totalLater().get(10, TimeUnit.SECONDS);
            assertThat(context.getBean(Auditing.class).seen)
                    .containsExactly("thread", "hedgedThread", "totalLater", "totalLater", "totalLater");
        });
    }

    /** Its methods fail twice. */
    static class Ledger {

        private final List<String> auditors = new CopyOnWriteArrayList<>();
        private int bookings;

        @Retry(maxAttempts = 3, baseDelay = "1ms")
        @Transactional
        public void book() {
            if (++bookings < 3) {
                throw new IllegalStateException("the books are locked");
            }
        }

        @Timeout(duration = "10s")
        public Thread thread() {
            return Thread.currentThread();
        }

        @Hedge
        public Thread hedgedThread() {
            return Thread.currentThread();
        }

        @Async
        @Retry(maxAttempts = 3, baseDelay = "1ms")
        public void audit() {
            auditors.add(Thread.currentThread().getName());
            if (auditors.size() < 3) {
                throw new IllegalStateException("the auditor is out");
            }
        }

        /** Throws at first, and then returns a future that has failed. */
        @Async
        @Retry(maxAttempts = 3, baseDelay = "0s")
        public CompletableFuture<Integer> total() {
            auditors.add(Thread.currentThread().getName());
            return switch (auditors.size()) {
                case 1 -> throw new IllegalStateException("the auditor is out");
                case 2 -> CompletableFuture.failedFuture(new IOException());
                default -> CompletableFuture.completedFuture(auditors.size());
            };
        }

        @Retry(maxAttempts = 3, baseDelay = "1ms")
        public CompletableFuture<Integer> totalLater() {
            auditors.add("");
            return auditors.size() < 3
                    ? CompletableFuture.failedFuture(new IOException())
                    : CompletableFuture.completedFuture(auditors.size());
        }

        public List<String> auditors() {
            return auditors;
        }
    }

    /** Asks for the present join point, as most aspects do. */
    @Aspect
    static class Auditing {

        private final List<String> seen = new CopyOnWriteArrayList<>();

        @Before("within(io.netrun.resilience.spring.aop.AdviceOrderTests.Ledger)")
        public void audit(JoinPoint point) {
            seen.add(point.getSignature().getName());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAsync
    @EnableTransactionManagement
    static class Advised {

        @Bean
        PlatformTransactionManager transactions() {
            return new RecordingTransactions();
        }

        @Bean
        SimpleAsyncTaskExecutor executor() {
            return new SimpleAsyncTaskExecutor("async-");
        }
    }
}
