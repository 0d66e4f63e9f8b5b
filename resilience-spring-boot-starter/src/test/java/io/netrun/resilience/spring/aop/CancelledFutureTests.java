package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Hedge;
import io.netrun.resilience.annotation.RateLimiter;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** The caller that cancels the future of a protected method decides whether the task may be interrupted. */
class CancelledFutureTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
            .withBean(Tasks.class);

    static Stream<Named<Function<Tasks, Future<Boolean>>>> protections() {
        return Stream.of(
                Named.of("retry", Tasks::retried),
                Named.of("circuit breaker", Tasks::broken),
                Named.of("timeout", Tasks::timed),
                Named.of("bulkhead", Tasks::placed),
                Named.of("rate limiter", Tasks::limited),
                Named.of("fallback", Tasks::recovered),
                Named.of("hedge", Tasks::hedged),
                Named.of("all", Tasks::all));
    }

    @ParameterizedTest
    @MethodSource("protections")
    void cancelWithoutInterruptShouldLetTheTaskRun(Function<Tasks, Future<Boolean>> method) {
        runner.run(context -> {
            Tasks tasks = context.getBean(Tasks.class);
            Future<Boolean> future = method.apply(tasks);
            tasks.awaitStart();
            assertThat(future.cancel(false)).isTrue();
            assertThat(future.isCancelled()).isTrue();
            assertThat(tasks.task().isCancelled()).isTrue();
            tasks.end();
            assertThat(tasks.wasInterrupted()).isFalse();
        });
    }

    @ParameterizedTest
    @MethodSource("protections")
    void cancelWithInterruptShouldInterruptTheTask(Function<Tasks, Future<Boolean>> method) {
        runner.run(context -> {
            Tasks tasks = context.getBean(Tasks.class);
            Future<Boolean> future = method.apply(tasks);
            tasks.awaitStart();
            assertThat(future.cancel(true)).isTrue();
            assertThat(tasks.wasInterrupted()).isTrue();
        });
    }

    static class Tasks implements AutoCloseable {

        private final ExecutorService executor = Executors.newSingleThreadExecutor();
        private final CountDownLatch started = new CountDownLatch(1);
        private final CountDownLatch end = new CountDownLatch(1);
        private final CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        private volatile Future<Boolean> task;

        @Retry
        public Future<Boolean> retried() {
            return begin();
        }

        @CircuitBreaker
        public Future<Boolean> broken() {
            return begin();
        }

        @Timeout(duration = "1m")
        public Future<Boolean> timed() {
            return begin();
        }

        @Bulkhead
        public Future<Boolean> placed() {
            return begin();
        }

        @RateLimiter
        public Future<Boolean> limited() {
            return begin();
        }

        @Fallback(method = "instead")
        public Future<Boolean> recovered() {
            return begin();
        }

        @Hedge(delay = "1m")
        public Future<Boolean> hedged() {
            return begin();
        }

        @Fallback(method = "instead")
        @Timeout(duration = "1m")
        @Bulkhead
        @RateLimiter
        @Retry
        @CircuitBreaker
        public Future<Boolean> all() {
            return begin();
        }

        Future<Boolean> instead() {
            return CompletableFuture.completedFuture(false);
        }

        private Future<Boolean> begin() {
            task = executor.submit(() -> {
                started.countDown();
                try {
                    end.await();
                    return interrupted.complete(false);
                } catch (InterruptedException e) {
                    return interrupted.complete(true);
                }
            });
            return task;
        }

        public void awaitStart() throws InterruptedException {
            assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();
        }

        public Future<Boolean> task() {
            return task;
        }

        public void end() {
            end.countDown();
        }

        public boolean wasInterrupted() throws Exception {
            return interrupted.get(20, TimeUnit.SECONDS);
        }

        @Override
        public void close() {
            executor.shutdownNow();
        }
    }
}
