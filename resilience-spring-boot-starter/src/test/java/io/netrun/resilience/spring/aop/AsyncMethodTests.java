package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.annotation.AttemptTimeout;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceThreadAutoConfiguration;
import io.netrun.resilience.timeout.TimeoutExceededException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;

/** Methods that do their work on the executor's thread, and then return a future. */
class AsyncMethodTests {

    private static final int BOUND = 30;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    ResilienceAutoConfiguration.class,
                    ResilienceThreadAutoConfiguration.class))
            .withUserConfiguration(Asynchronous.class)
            .withBean(Reports.class);

    @Test
    void asyncMethodThatBlocksShouldBeLimited() {
        runner.run(context -> assertThatThrownBy(
                        () -> context.getBean(Reports.class).blocked().get(BOUND, TimeUnit.SECONDS))
                .hasCauseInstanceOf(TimeoutExceededException.class));
    }

    @Test
    void asyncMethodThatBlocksWithAPlainFutureShouldBeLimited() {
        runner.run(context -> assertThatThrownBy(
                        () -> context.getBean(Reports.class).blockedPlainly().get(BOUND, TimeUnit.SECONDS))
                .hasCauseInstanceOf(TimeoutExceededException.class));
    }

    @Test
    void asyncMethodWhoseFutureNeverEndsShouldBeLimited() {
        runner.run(context -> assertThatThrownBy(
                        () -> context.getBean(Reports.class).unending().get(BOUND, TimeUnit.SECONDS))
                .hasCauseInstanceOf(TimeoutExceededException.class));
    }

    @Test
    void attemptsOfAnAsyncMethodShouldBeLimited() {
        runner.run(
                context -> assertThat(context.getBean(Reports.class).attempted().get(BOUND, TimeUnit.SECONDS))
                        .startsWith("attempt"));
    }

    @Test
    void fallbackOfAnAsyncMethodShouldReplaceItsFailure() {
        runner.run(
                context -> assertThat(context.getBean(Reports.class).recovered().get(BOUND, TimeUnit.SECONDS))
                        .isEqualTo("instead of blocking"));
    }

    @Test
    void futureMethodWithoutAsyncShouldKeepItsCallerFree() {
        runner.run(context -> {
            CompletableFuture<String> unending = context.getBean(Reports.class).notAsync();
            assertThat(unending).isNotDone();
            unending.cancel(true);
        });
    }

    static class Reports {

        private final CountDownLatch never = new CountDownLatch(1);
        private final AtomicInteger attempts = new AtomicInteger();

        @Async
        @Timeout(duration = "100ms")
        public CompletableFuture<String> blocked() throws InterruptedException {
            never.await();
            return CompletableFuture.completedFuture("late");
        }

        @Async
        @Timeout(duration = "100ms")
        public Future<String> blockedPlainly() throws InterruptedException {
            never.await();
            return CompletableFuture.completedFuture("late");
        }

        @Async
        @Timeout(duration = "100ms")
        public CompletableFuture<String> unending() {
            return new CompletableFuture<>();
        }

        @Async
        @AttemptTimeout(duration = "100ms")
        @Retry(maxAttempts = 100, baseDelay = "1ms") // on a busy machine, more than those that block may be late
        public CompletableFuture<String> attempted() throws InterruptedException {
            if (attempts.incrementAndGet() < 3) {
                never.await();
            }
            return CompletableFuture.completedFuture("attempt " + attempts);
        }

        @Async
        @Timeout(duration = "100ms")
        @Fallback(method = "instead")
        public CompletableFuture<String> recovered() throws InterruptedException {
            never.await();
            return CompletableFuture.completedFuture("late");
        }

        CompletableFuture<String> instead() {
            return CompletableFuture.completedFuture("instead of blocking");
        }

        @Timeout(duration = "1h")
        public CompletableFuture<String> notAsync() {
            return new CompletableFuture<>();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAsync
    static class Asynchronous {

        @Bean
        SimpleAsyncTaskExecutor executor() {
            return new SimpleAsyncTaskExecutor("async-");
        }
    }
}
