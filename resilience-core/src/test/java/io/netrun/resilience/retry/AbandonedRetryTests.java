package io.netrun.resilience.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Guard;
import io.netrun.resilience.LimitFixture;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutExceededException;
import io.netrun.resilience.timeout.TimeoutThread;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A sync call whose caller goes on while its first attempt ignores that. */
@org.junit.jupiter.api.Timeout(60)
class AbandonedRetryTests {

    private final LimitFixture limits = new LimitFixture();
    private final Retry retry = limits.retry(c -> c);
    private final Hedge hedge =
            Hedge.of("hedge", HedgeConfig.builder().delay(LimitFixture.LONG).build(), limits.ticker);

    @AfterEach
    void release() {
        limits.release.countDown();
    }

    @Test
    void successAfterTheLimitShouldNotCount() {
        Retry counting = limits.retry(c -> c.countSuccesses(true));
        Timeout timeout = limits.timeout(TimeoutThread.WORKER, false);
        AtomicInteger ended = new AtomicInteger();
        timeout.onLateResult(result -> ended.incrementAndGet());
        limits.exceed(() -> Pipeline.of(timeout, counting).call(() -> {
            limits.hangDeaf();
            return "late";
        }));
        RetryMetrics atTheEnd = counting.metrics();
        assertThat(atTheEnd.totalCancelled()).isEqualTo(1);
        limits.release.countDown();
        await().atMost(LimitFixture.LONG).until(() -> ended.get() == 1);
        assertThat(counting.metrics()).isEqualTo(atTheEnd);
    }

    @Test
    void successOfAnAsyncCallAfterItsCancelShouldNotCount() {
        Retry counting = limits.retry(c -> c.countSuccesses(true));
        CompletableFuture<String> deaf = new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterruptIfRunning) {
                return false;
            }
        };
        counting.callAsync(() -> deaf).cancel(true);
        RetryMetrics atTheEnd = counting.metrics();
        deaf.complete("late");
        assertThat(counting.metrics()).isEqualTo(atTheEnd);
    }

    enum Chain {
        RETRY {
            @Override
            void run(AbandonedRetryTests test, Timeout timeout) {
                Pipeline.of(timeout, test.retry).run(test.limits::hangDeaf);
            }
        },
        RETRY_OF_ANOTHER_GUARD {
            @Override
            void run(AbandonedRetryTests test, Timeout timeout) {
                timeout.run(() -> test.retry.run(test.limits::hangDeaf));
            }
        },
        RETRY_AND_HEDGE {
            @Override
            void run(AbandonedRetryTests test, Timeout timeout) {
                Pipeline.of(timeout, test.retry, test.hedge).run(test.limits::hangDeaf);
            }
        },
        RETRY_AND_HEDGE_OF_OTHER_GUARDS {
            @Override
            void run(AbandonedRetryTests test, Timeout timeout) {
                timeout.run(() -> test.retry.run(() -> test.hedge.run(test.limits::hangDeaf)));
            }
        };

        abstract void run(AbandonedRetryTests test, Timeout timeout);
    }

    @ParameterizedTest
    @EnumSource
    void callShouldCountAsCancelledWhenTheLimitFires(Chain chain) {
        AtomicInteger counted = new AtomicInteger();
        Timeout timeout = limits.timeout(TimeoutThread.WORKER);
        limits.exceed(() -> {
            try {
                chain.run(this, timeout);
            } catch (TimeoutExceededException expected) {
                counted.set((int) retry.metrics().totalCancelled());
            }
        });
        assertThat(counted).hasValue(1);
        limits.release.countDown();
        await().atMost(LimitFixture.LONG).until(() -> !isRunning());
        RetryMetrics metrics = retry.metrics();
        assertThat(Stream.of(metrics.totalCancelled(), metrics.totalExhausted(), metrics.totalNotRetried())
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(1);
    }

    private static boolean isRunning() {
        return Thread.getAllStackTraces().values().stream()
                .flatMap(Stream::of)
                .anyMatch(frame -> frame.getMethodName().equals("hangDeaf"));
    }

    @Test
    void loserOfAHedgeShouldCountAsCancelledWhenItIsStopped() {
        Guard guard = Pipeline.of(
                Hedge.of(
                        "quick", HedgeConfig.builder().delay(LimitFixture.LIMIT).build(), limits.ticker),
                retry);
        AtomicInteger attempts = new AtomicInteger();
        CompletableFuture<Long> call = CompletableFuture.supplyAsync(() -> {
            guard.run(() -> {
                if (attempts.incrementAndGet() == 1) {
                    limits.hangDeaf();
                }
            });
            return retry.metrics().totalCancelled();
        });
        LimitFixture.awaitLatch(limits.running);
        await().until(() -> limits.ticker.scheduledCount() == 1);
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThat(call).succeedsWithin(LimitFixture.LONG).isEqualTo(1L);
    }

    /** An asynchronous call that has waited starts on a worker, where its code blocks in a sync call. */
    @Test
    void callWithinAnAsyncCallShouldCountAsCancelledWhenTheLimitFires() {
        Bulkhead bulkhead = Bulkhead.of("bulkhead", c -> c.maxConcurrent(1).maxQueue(1));
        CompletableFuture<String> running = new CompletableFuture<>();
        bulkhead.callAsync(() -> running);
        CompletableFuture<Long> counted = Pipeline.of(limits.timeout(TimeoutThread.AUTO), bulkhead)
                .<String>callAsync(() -> {
                    retry.run(limits::hangDeaf);
                    return CompletableFuture.completedFuture("late");
                })
                .handle((value, failure) -> retry.metrics().totalCancelled());
        running.complete("first");
        LimitFixture.awaitLatch(limits.running);
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThat(counted).succeedsWithin(LimitFixture.LONG).isEqualTo(1L);
    }

    @Test
    void callThatEndsInTimeShouldCountNothing() {
        assertThat(Pipeline.of(limits.timeout(TimeoutThread.WORKER), retry).call(() -> "in time"))
                .isEqualTo("in time");
        assertThat(retry.metrics()).isEqualTo(limits.retry(c -> c).metrics());
    }
}
