package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.retry.OnExhausted;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutExceededException;
import io.netrun.resilience.timeout.TimeoutThread;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Threads that are interrupted while they wait, just before what they wait for comes; and by a limit. */
@org.junit.jupiter.api.Timeout(60)
class InterruptedWaitTests {

    /** The interrupted thread races with the one that passes the permit on. */
    private static final int ROUNDS = 100;

    private final AtomicInteger made = new AtomicInteger();

    private void interruptThen(Guard guard, BooleanSupplier waits, Runnable change) throws InterruptedException {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread waiter = new Thread(() -> {
            try {
                guard.run(made::incrementAndGet);
                thrown.complete(null);
            } catch (Throwable failure) {
                thrown.complete(failure);
            }
        });
        waiter.start();
        await().until(waits::getAsBoolean);
        waiter.interrupt();
        change.run();
        assertThat(thrown).succeedsWithin(Duration.ofSeconds(30)).isInstanceOf(CallInterruptedException.class);
        waiter.join();
    }

    private enum BulkheadChange {
        RELEASE,
        GROWTH,
        OFF,
        OBSERVE
    }

    @ParameterizedTest
    @EnumSource(BulkheadChange.class)
    void interruptedWaiterOfABulkheadShouldNotRun(BulkheadChange change) throws InterruptedException {
        for (int round = 0; round < ROUNDS; round++) {
            Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(1));
            Permit held = bulkhead.acquirePermit();
            interruptThen(bulkhead, () -> bulkhead.metrics().syncQueued() == 1, () -> {
                switch (change) {
                    case RELEASE -> held.close();
                    case GROWTH ->
                        bulkhead.reconfigure(c -> c.toBuilder().maxConcurrent(2).build());
                    case OFF -> bulkhead.setEnabled(false);
                    case OBSERVE ->
                        bulkhead.reconfigure(
                                c -> c.toBuilder().mode(PolicyMode.OBSERVE).build());
                }
            });
            assertThat(made).hasValue(0);
            assertThat(bulkhead.metrics().syncActive()).isEqualTo(change == BulkheadChange.RELEASE ? 0 : 1);
            assertThat(bulkhead.metrics().syncQueued()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void interruptedWaiterOfALimiterShouldNotRun(boolean observe) throws InterruptedException {
        for (int round = 0; round < ROUNDS; round++) {
            RateLimiter limiter = RateLimiter.of(
                    "r", c -> c.limit(1).period(Duration.ofHours(1)).maxWait(Duration.ofHours(2)));
            limiter.acquirePermit();
            interruptThen(limiter, () -> limiter.metrics().waiting() == 1, () -> {
                if (observe) {
                    limiter.reconfigure(
                            c -> c.toBuilder().mode(PolicyMode.OBSERVE).build());
                } else {
                    limiter.setEnabled(false);
                }
            });
            assertThat(made).hasValue(0);
            assertThat(limiter.metrics().waiting()).isZero();
        }
    }

    /** The permit goes to the next one at once, not only once the interrupted thread runs. */
    @Test
    void permitShouldPassAnInterruptedWaiter() throws InterruptedException {
        for (int round = 0; round < ROUNDS; round++) {
            Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(1));
            Permit held = bulkhead.acquirePermit();
            CompletableFuture<String> next = new CompletableFuture<>();
            interruptThen(bulkhead, () -> bulkhead.metrics().syncQueued() == 1, () -> {
                Thread behind = new Thread(() -> next.complete(bulkhead.call(() -> "made")));
                behind.start();
                held.close();
            });
            assertThat(next).succeedsWithin(Duration.ofSeconds(30)).isEqualTo("made");
        }
    }

    @ParameterizedTest
    @CsvSource({"CALLER, WRAP", "CALLER, RETHROW", "WORKER, WRAP", "WORKER, RETHROW"})
    void interruptByALimitShouldPassARetryAsItIs(TimeoutThread thread, OnExhausted onExhausted) throws Exception {
        Timeout timeout = Timeout.of("t", c -> c.duration(Duration.ofMillis(50)).thread(thread));
        Retry retry = Retry.of("r", c -> c.baseDelay(Duration.ofMillis(1)).onExhausted(onExhausted));
        AtomicReference<Throwable> seen = new AtomicReference<>();
        CountDownLatch ended = new CountDownLatch(1);
        try {
            timeout.run(() -> {
                try {
                    retry.run(() -> new CountDownLatch(1).await());
                } catch (Throwable inside) {
                    seen.set(inside);
                } finally {
                    ended.countDown();
                }
            });
        } catch (TimeoutExceededException expected) {
            assertThat(expected.getSuppressed()).isEmpty();
        }
        ended.await();
        assertThat(seen.get()).isInstanceOf(InterruptedException.class);
        assertThat(retry.metrics().totalCancelled()).isEqualTo(1);
        assertThat(retry.metrics().totalExhausted()).isZero();
    }
}
