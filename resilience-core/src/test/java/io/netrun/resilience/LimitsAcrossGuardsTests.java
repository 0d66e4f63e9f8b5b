package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutExceededException;
import io.netrun.resilience.timeout.TimeoutThread;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A limit in one guard, and a policy in another that protects a part of the same call, as in two beans. */
@org.junit.jupiter.api.Timeout(60)
class LimitsAcrossGuardsTests {

    private final LimitFixture limits = new LimitFixture();
    private final CircuitBreaker breaker = CircuitBreaker.of("c", c -> c.failureThreshold(1));
    private final Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(1));

    @AfterEach
    void releaseAll() {
        limits.release.countDown();
    }

    @ParameterizedTest
    @EnumSource(names = {"WORKER", "CALLER"})
    void limitShouldOpenACircuitOfAnotherGuardWithin(TimeoutThread thread) {
        Timeout timeout = limits.timeout(thread);
        Throwable thrown = limits.exceed(() -> timeout.run(() -> breaker.run(() -> limits.hang())));
        assertThat(thrown).isInstanceOf(TimeoutExceededException.class);
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.OPEN);
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"ONE_GUARD", "TWO_GUARDS"})
    void limitShouldOpenTheCircuitWhileADeafBodyRunsOn(Nesting nesting) {
        Timeout timeout = limits.timeout(TimeoutThread.WORKER);
        limits.exceed(() -> nesting.run(timeout, breaker, () -> limits.hangDeaf()));
        assertThat(limits.release.getCount()).isEqualTo(1);
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.OPEN);
        limits.release.countDown();
        await().atMost(LimitFixture.LONG).until(() -> timeout.metrics().abandoned() == 0);
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
        assertThat(breaker.metrics().totalSucceeded()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"ONE_GUARD", "TWO_GUARDS"})
    void trialThatALimitGivesUpShouldReopenAtOnce(Nesting nesting) {
        CircuitBreaker halfOpen = CircuitBreaker.of(
                "h",
                io.netrun.resilience.circuitbreaker.CircuitBreakerConfig.builder()
                        .failureThreshold(1)
                        .openDuration(Duration.ofSeconds(1))
                        .build(),
                limits.ticker);
        halfOpen.forceOpen();
        halfOpen.reset();
        catchThrowable(() -> halfOpen.run(() -> {
            throw new IOException();
        }));
        limits.ticker.advance(Duration.ofSeconds(1));
        limits.exceed(
                () -> nesting.run(limits.timeout(TimeoutThread.WORKER, false), halfOpen, () -> limits.hangDeaf()));
        assertThat(halfOpen.state()).isEqualTo(CircuitBreaker.State.OPEN);
        assertThat(halfOpen.metrics().halfOpenCalls()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"WORKER", "CALLER"})
    void limitShouldNotWaitForAListener(TimeoutThread thread) {
        CountDownLatch notified = blockListeners();
        Throwable thrown = limits.exceed(() -> limits.timeout(thread).run(() -> breaker.run(() -> limits.hang())));
        assertThat(thrown).isInstanceOf(TimeoutExceededException.class);
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.OPEN);
        LimitFixture.awaitLatch(notified);
    }

    @Test
    void limitOfAFutureShouldNotWaitForAListener() {
        CountDownLatch notified = blockListeners();
        CompletableFuture<String> call =
                Pipeline.of(limits.timeout(TimeoutThread.AUTO), breaker).callAsync(() -> new CompletableFuture<>());
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThat(call).failsWithin(LimitFixture.LONG);
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.OPEN);
        LimitFixture.awaitLatch(notified);
    }

    /** Listeners of the circuit block until all is released. */
    private CountDownLatch blockListeners() {
        CountDownLatch notified = new CountDownLatch(1);
        breaker.onStateChange((from, to) -> {
            notified.countDown();
            LimitFixture.awaitUninterruptibly(limits.release);
        });
        return notified;
    }

    @ParameterizedTest
    @EnumSource(names = {"ONE_GUARD", "TWO_GUARDS"})
    void hedgedCallThatIsNotInterruptedShouldEndAtItsLimit(Nesting nesting) {
        Hedge hedge = Hedge.of("h", HedgeConfig.builder().build(), limits.ticker);
        Timeout timeout = limits.timeout(TimeoutThread.CALLER, false);
        Throwable thrown = limits.exceed(() -> nesting.run(timeout, hedge, () -> limits.hangDeaf()));
        assertThat(thrown).isInstanceOf(TimeoutExceededException.class);
        assertThat(limits.release.getCount()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"WORKER", "CALLER"})
    void callQueuedInAnotherGuardShouldNeverRunAfterTheLimit(TimeoutThread thread) throws Exception {
        limits.occupy(bulkhead);
        AtomicInteger made = new AtomicInteger();
        Timeout timeout = limits.timeout(thread, false);
        Throwable thrown = limits.exceedWhen(
                () -> bulkhead.metrics().syncQueued() == 1,
                () -> timeout.run(() -> bulkhead.run(made::incrementAndGet)));
        assertThat(thrown).isInstanceOf(TimeoutExceededException.class);
        assertThat(bulkhead.metrics().syncQueued()).isZero();
        limits.release.countDown();
        await().atMost(LimitFixture.LONG).until(() -> bulkhead.metrics().syncActive() == 0);
        assertThat(made).hasValue(0);
    }

    @Test
    void retryOfAnotherGuardShouldNotWaitBeyondTheLimit() {
        Retry retry = limits.retry(
                c -> c.baseDelay(LimitFixture.LIMIT.plusSeconds(1)).maxDelay(LimitFixture.LIMIT.plusSeconds(1)));
        AtomicInteger attempts = new AtomicInteger();
        Throwable thrown = catchThrowable(() -> limits.timeout(TimeoutThread.CALLER)
                .run(() -> retry.run(() -> {
                    attempts.incrementAndGet();
                    throw new IOException("down");
                })));
        assertThat(thrown).hasMessageContaining("no time left").hasCauseInstanceOf(IOException.class);
        assertThat(attempts).hasValue(1);
        assertThat(limits.ticker.sleeps()).isEmpty();
    }

    @Test
    void noAttemptOfAnotherGuardShouldFollowTheLimit() {
        Retry retry = limits.retry(c -> c.baseDelay(Duration.ZERO));
        AtomicInteger attempts = new AtomicInteger();
        limits.exceed(() -> limits.timeout(TimeoutThread.WORKER, false)
                .run(() -> retry.run(() -> {
                    attempts.incrementAndGet();
                    limits.hangDeaf();
                    throw new IOException("late");
                })));
        limits.release.countDown();
        await().atMost(LimitFixture.LONG)
                .until(() -> retry.metrics().totalExhausted() + retry.metrics().totalCancelled() == 1);
        assertThat(attempts).hasValue(1);
    }

    @Test
    void limitShouldKeepTheFailuresOfAttemptsInAnotherGuard() {
        Retry retry = limits.retry(c -> c.baseDelay(Duration.ZERO));
        IOException first = new IOException("certificate expired");
        AtomicInteger attempts = new AtomicInteger();
        Throwable thrown = limits.exceed(() -> limits.timeout(TimeoutThread.WORKER)
                .run(() -> retry.run(() -> {
                    if (attempts.incrementAndGet() == 1) {
                        throw first;
                    }
                    limits.hang();
                })));
        assertThat(thrown).isInstanceOf(TimeoutExceededException.class);
        assertThat(thrown.getSuppressed()).containsExactly(first);
    }

    @Test
    void hedgeOfAnotherGuardShouldBeStoppedByTheLimit() {
        Hedge hedge = Hedge.of(
                "h",
                HedgeConfig.builder().delay(LimitFixture.LIMIT.dividedBy(2)).build(),
                limits.ticker);
        Timeout timeout = limits.timeout(TimeoutThread.WORKER);
        AtomicInteger interrupted = new AtomicInteger();
        CountDownLatch began = new CountDownLatch(2);
        CompletableFuture<Throwable> call = CompletableFuture.supplyAsync(() -> catchThrowable(() ->
                timeout.run(() -> hedge.run(() -> Pipeline.of(breaker).run(() -> {
                    began.countDown();
                    try {
                        limits.hang();
                    } finally {
                        interrupted.incrementAndGet();
                    }
                })))));
        LimitFixture.awaitLatch(limits.running);
        await().atMost(LimitFixture.LONG).until(() -> limits.ticker.scheduledCount() == 2);
        limits.ticker.advance(LimitFixture.LIMIT.dividedBy(2));
        LimitFixture.awaitLatch(began);
        limits.ticker.advance(LimitFixture.LIMIT.dividedBy(2));
        assertThat(call.join()).isInstanceOf(TimeoutExceededException.class);
        await().atMost(LimitFixture.LONG)
                .until(() -> interrupted.get() == 2 && hedge.metrics().active() == 0);
        assertThat(breaker.metrics().totalFailed()).isEqualTo(2);
    }

    enum Nesting {
        ONE_GUARD {
            @Override
            void run(Timeout timeout, Policy within, CheckedRunnable<?> body) throws Throwable {
                Pipeline.of(timeout, within).run(body);
            }
        },
        TWO_GUARDS {
            @Override
            void run(Timeout timeout, Policy within, CheckedRunnable<?> body) throws Throwable {
                timeout.run(() -> within.run(body));
            }
        };

        abstract void run(Timeout timeout, Policy within, CheckedRunnable<?> body) throws Throwable;
    }
}
