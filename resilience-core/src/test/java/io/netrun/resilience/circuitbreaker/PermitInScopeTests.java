package io.netrun.resilience.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.LimitFixture;
import io.netrun.resilience.Permit;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutExceededException;
import io.netrun.resilience.timeout.TimeoutThread;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Permits held by hand within a protected call: they are settled when that call is given up. */
@org.junit.jupiter.api.Timeout(60)
class PermitInScopeTests {

    private final LimitFixture limits = new LimitFixture();
    private final CircuitBreaker breaker = CircuitBreaker.of("c", c -> c.failureThreshold(1));

    @AfterEach
    void release() {
        limits.release.countDown();
        Thread.interrupted();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void limitShouldSettleThePermitAsFailed(TimeoutThread thread) {
        List<CircuitBreaker.State> seen = new ArrayList<>();
        CountDownLatch open = new CountDownLatch(1);
        breaker.onStateChange((from, to) -> open.countDown());
        Throwable thrown = limits.exceed(() -> {
            try {
                limits.timeout(thread).run(() -> {
                    Permit permit = breaker.acquirePermit();
                    limits.running.countDown();
                    LimitFixture.awaitUninterruptibly(thread == TimeoutThread.WORKER ? limits.release : open);
                    permit.onSuccess();
                });
            } finally {
                seen.add(breaker.state());
            }
        });
        assertThat(thrown).isInstanceOf(TimeoutExceededException.class);
        assertThat(seen).containsExactly(CircuitBreaker.State.OPEN);
        limits.release.countDown();
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
        assertThat(breaker.metrics().totalSucceeded()).isZero();
    }

    @Test
    void trialThatALimitGivesUpShouldReopenTheCircuit() {
        breaker.halfOpen();
        Timeout timeout = limits.timeout(TimeoutThread.WORKER);
        List<Permit> permits = new ArrayList<>();
        CompletableFuture<String> call = timeout.callAsync(() -> {
            permits.add(breaker.acquirePermit());
            return new CompletableFuture<>();
        });
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThat(call).failsWithin(LimitFixture.LONG);
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.OPEN);
        permits.get(0).onSuccess();
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
        assertThat(breaker.metrics().totalSucceeded()).isZero();
    }

    @Test
    void loserOfAHedgeShouldCountAsCancelled() throws Exception {
        Duration delay = Duration.ofMillis(10);
        Hedge hedge = Hedge.of("h", HedgeConfig.builder().delay(delay).build(), limits.ticker);
        AtomicInteger made = new AtomicInteger();
        CompletableFuture<Integer> call = CompletableFuture.supplyAsync(() -> hedge.call(() -> {
            int number = made.incrementAndGet();
            Permit permit = breaker.acquirePermit();
            if (number == 1) {
                limits.running.countDown();
                try {
                    limits.release.await();
                } catch (InterruptedException interrupt) {
                    permit.onFailure(new IllegalStateException(interrupt.getMessage()));
                    return number;
                }
            }
            permit.onSuccess();
            return number;
        }));
        LimitFixture.awaitLatch(limits.running);
        await().until(() -> limits.ticker.scheduledCount() == 1);
        limits.ticker.advance(delay);
        assertThat(call).succeedsWithin(LimitFixture.LONG).isEqualTo(2);
        await().atMost(LimitFixture.LONG).until(() -> hedge.metrics().active() == 0);
        assertThat(breaker.metrics().totalCancelled()).isEqualTo(1);
        assertThat(breaker.metrics().totalFailed()).isZero();
    }

    @Test
    void permitOfACallThatIsLeftShouldCountAsCancelled() {
        breaker.halfOpen();
        CompletableFuture<String> call = limits.timeout(TimeoutThread.WORKER).callAsync(() -> {
            breaker.acquirePermit();
            return new CompletableFuture<>();
        });
        assertThat(breaker.metrics().halfOpenCalls()).isEqualTo(1);
        call.cancel(true);
        assertThat(breaker.metrics().halfOpenCalls()).isZero();
        assertThat(breaker.metrics().totalCancelled()).isEqualTo(1);
    }

    @Test
    void failureOfAnInterruptedCallerShouldCountAsCancelled() {
        Permit permit = breaker.acquirePermit();
        Thread.currentThread().interrupt();
        permit.onFailure(new IOException());
        assertThat(breaker.metrics().totalCancelled()).isEqualTo(1);
        assertThat(breaker.metrics().totalFailed()).isZero();
    }

    @Test
    void failureThatAnotherThreadReportsShouldCount() {
        CompletableFuture<Permit> acquired = CompletableFuture.supplyAsync(breaker::acquirePermit);
        Permit permit = acquired.join();
        CompletableFuture.runAsync(
                        () -> {
                            Thread.currentThread().interrupt();
                            permit.onFailure(new IOException());
                            Thread.interrupted();
                        },
                        task -> new Thread(task).start())
                .join();
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
    }

    @Test
    void permitSettledAfterItsCallShouldCountAsReported() {
        List<Permit> permits = new ArrayList<>();
        limits.timeout(TimeoutThread.WORKER).run(() -> permits.add(breaker.acquirePermit()));
        permits.get(0).onFailure(new IOException());
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.OPEN);
    }
}
