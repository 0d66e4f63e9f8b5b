package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.bulkhead.BulkheadFullException;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.retry.Jitter;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.retry.RetryExhaustedException;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import io.netrun.resilience.timeout.TimeoutEvent;
import io.netrun.resilience.timeout.TimeoutExceededException;
import io.netrun.resilience.timeout.TimeoutThread;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tickers that are foreign code. */
@org.junit.jupiter.api.Timeout(60)
class GuardedTickerTests {

    private static final Object RESULT = new Object();

    private final ManualTicker time = new ManualTicker();

    /** Its cancel takes the task back, or not, and throws. */
    private final class CancelThrows extends RelayTicker {

        private final boolean cancels;

        CancelThrows(boolean cancels) {
            super(time);
            this.cancels = cancels;
        }

        @Override
        public Scheduled schedule(Runnable task, long delayNanos) {
            Scheduled scheduled = super.schedule(task, delayNanos);
            return () -> {
                if (cancels) {
                    scheduled.cancel();
                }
                throw new StackOverflowError("cancel");
            };
        }
    }

    /** Its clocks throw while they are broken. */
    private final class ClocksThrow extends RelayTicker {

        private volatile boolean broken;

        ClocksThrow() {
            super(time);
        }

        @Override
        public long nanoTime() {
            if (broken) {
                throw new StackOverflowError("nanoTime");
            }
            return super.nanoTime();
        }

        @Override
        public Instant now() {
            if (broken) {
                throw new IllegalStateException("now");
            }
            return super.now();
        }
    }

    @Test
    void timeShouldStandStillWhileAClockCannotBeRead() {
        ClocksThrow ticker = new ClocksThrow();
        Ticker guarded = GuardedTicker.of(ticker);
        long nanos = guarded.nanoTime();
        Instant now = guarded.now();
        ticker.broken = true;
        time.advance(Duration.ofSeconds(1));
        assertThat(guarded.nanoTime()).isEqualTo(nanos);
        assertThat(guarded.now()).isEqualTo(now);
        ticker.broken = false;
        assertThat(guarded.nanoTime() - nanos).isEqualTo(1_000_000_000);
        assertThat(guarded.now()).isEqualTo(now.plusSeconds(1));
    }

    @Test
    void trialShouldBeSettledThoughNoClockCanBeRead() {
        ClocksThrow ticker = new ClocksThrow();
        CircuitBreaker breaker = CircuitBreaker.of("breaker", CircuitBreakerConfig.defaults(), ticker);
        breaker.halfOpen();
        assertThatThrownBy(() -> breaker.run(() -> {
                    ticker.broken = true;
                    throw new IllegalStateException("down");
                }))
                .hasMessage("down");
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
        assertThat(breaker.metrics().halfOpenCalls()).isZero();
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.OPEN);
    }

    @Test
    void limitShouldEndACallThoughNoClockCanBeRead() {
        ClocksThrow ticker = new ClocksThrow();
        Timeout timeout = Timeout.of("timeout", TimeoutConfig.defaults(), ticker);
        List<TimeoutEvent> events = new ArrayList<>();
        timeout.on(TimeoutEvent.class, events::add);
        CompletableFuture<Object> call = timeout.callAsync(CompletableFuture::new);
        ticker.broken = true;
        time.advance(TimeoutConfig.defaults().duration());
        assertThat(call)
                .failsWithin(Duration.ofSeconds(30))
                .withThrowableThat()
                .withCauseInstanceOf(TimeoutExceededException.class);
        assertThat(events).hasSize(1);
    }

    /** Waits on another thread until the timer is set, and then breaks the clock and advances the time. */
    private void breakClockDuring(ClocksThrow ticker, Runnable call, Duration wait, Class<?> expected) {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            try {
                call.run();
                thrown.complete(null);
            } catch (Throwable end) {
                thrown.complete(end);
            }
        });
        caller.start();
        await().until(() -> caller.getState() == Thread.State.TIMED_WAITING);
        ticker.broken = true;
        time.advance(wait);
        assertThat(thrown).succeedsWithin(Duration.ofSeconds(30)).isInstanceOf(expected);
    }

    @Test
    void waitForAPermitShouldEndThoughNoClockCanBeRead() {
        ClocksThrow ticker = new ClocksThrow();
        Bulkhead bulkhead = Bulkhead.of(
                "bulkhead",
                BulkheadConfig.builder()
                        .maxConcurrent(1)
                        .maxWait(Duration.ofHours(1))
                        .build(),
                ticker);
        bulkhead.acquirePermit();
        breakClockDuring(ticker, () -> bulkhead.run(() -> {}), Duration.ofHours(1), BulkheadFullException.class);
        assertThat(bulkhead.metrics().syncQueued()).isZero();
    }

    @Test
    void callOnAWorkerShouldEndThoughNoClockCanBeRead() {
        ClocksThrow ticker = new ClocksThrow();
        Timeout timeout = Timeout.of(
                "timeout",
                TimeoutConfig.builder()
                        .duration(Duration.ofHours(1))
                        .thread(TimeoutThread.WORKER)
                        .build(),
                ticker);
        CountDownLatch never = new CountDownLatch(1);
        breakClockDuring(
                ticker,
                () -> timeout.run(() -> {
                    try {
                        never.await();
                    } catch (InterruptedException limit) {
                        throw new IllegalStateException(limit);
                    }
                }),
                Duration.ofHours(1),
                TimeoutExceededException.class);
        assertThat(timeout.metrics().totalTimedOut()).isEqualTo(1);
    }

    @Test
    void callShouldEndWithItsFailureThoughTheTickerCannotSleep() {
        Ticker sleepless = new RelayTicker(time) {
            @Override
            public void sleep(long nanos) {
                throw new UnsupportedOperationException("sleep");
            }
        };
        Retry retry = Retry.of(
                "retry", RetryConfig.builder().baseDelay(Duration.ofSeconds(1)).build(), sleepless);
        assertThatThrownBy(() -> retry.run(() -> {
                    throw new IllegalStateException("down");
                }))
                .isInstanceOf(RetryExhaustedException.class)
                .hasRootCauseMessage("down");
        assertThat(retry.metrics().totalExhausted()).isEqualTo(1);
    }

    static Stream<PolicyType<?, ?>> patterns() {
        return Stream.of(Timeout.TYPE, Retry.TYPE, Bulkhead.TYPE, RateLimiter.TYPE, CircuitBreaker.TYPE, Hedge.TYPE);
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void tickerOfAPolicyShouldBeGuarded(PolicyType<?, ?> type) {
        ResilienceRegistry registry = ResilienceRegistry.create(new CancelThrows(true));
        Ticker ticker = ((AbstractPolicy<?>) registry.getOrCreate(type, "any")).ticker();
        ticker.schedule(() -> {}, 1).cancel();
        ticker.scheduleAt(() -> {}, ticker.nanoTime() + 1).cancel();
    }

    @Test
    void taskThatCouldNotBeCancelledShouldNotRun() {
        AtomicInteger runs = new AtomicInteger();
        Ticker guarded = GuardedTicker.of(new CancelThrows(false));
        guarded.schedule(runs::incrementAndGet, 1).cancel();
        time.advance(Duration.ofSeconds(1));
        assertThat(runs).hasValue(0);
    }

    @Test
    void taskThatIsRunTwiceShouldRunOnce() {
        AtomicInteger runs = new AtomicInteger();
        List<Runnable> tasks = new ArrayList<>();
        Ticker guarded = GuardedTicker.of(new RelayTicker(time) {
            @Override
            public Scheduled schedule(Runnable task, long delayNanos) {
                tasks.add(task);
                return () -> {};
            }
        });
        Ticker.Scheduled handle = guarded.schedule(runs::incrementAndGet, 1);
        tasks.forEach(Runnable::run);
        tasks.forEach(Runnable::run);
        handle.cancel();
        assertThat(runs).hasValue(1);
    }

    @Test
    void taskWhoseScheduleFailedShouldNotRun() {
        AtomicInteger runs = new AtomicInteger();
        Ticker guarded = GuardedTicker.of(new RelayTicker(time) {
            @Override
            public Scheduled schedule(Runnable task, long delayNanos) {
                super.schedule(task, delayNanos);
                throw new IllegalStateException("full");
            }
        });
        assertThatThrownBy(() -> guarded.schedule(runs::incrementAndGet, 1)).hasMessage("full");
        assertThatThrownBy(() -> guarded.scheduleAt(runs::incrementAndGet, 1)).hasMessage("full");
        time.advance(Duration.ofSeconds(1));
        assertThat(runs).hasValue(0);
    }

    @Test
    @SuppressWarnings("NullAway") // a ticker that breaks its contract
    void missingHandleShouldBeTold() {
        Ticker guarded = GuardedTicker.of(new RelayTicker(time) {
            @Override
            public Scheduled schedule(Runnable task, long delayNanos) {
                super.schedule(task, delayNanos);
                return null;
            }
        });
        AtomicInteger runs = new AtomicInteger();
        assertThatThrownBy(() -> guarded.schedule(runs::incrementAndGet, 1))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("returned null");
        time.advance(Duration.ofSeconds(1));
        assertThat(runs).hasValue(0);
    }

    @Test
    void systemsTickerShouldBeUsedAsItIs() {
        assertThat(GuardedTicker.of(Ticker.system())).isSameAs(Ticker.system());
        Ticker guarded = GuardedTicker.of(time);
        assertThat(GuardedTicker.of(guarded)).isSameAs(guarded);
    }

    @Test
    void retryShouldGoOnAfterATimerThatCannotBeCancelled() throws Exception {
        Retry retry = Retry.of(
                "retry",
                RetryConfig.builder()
                        .maxAttempts(3)
                        .baseDelay(Duration.ofMillis(3))
                        .jitter(Jitter.NONE)
                        .build(),
                new CancelThrows(true));
        AtomicInteger attempts = new AtomicInteger();
        CompletableFuture<Object> call = retry.callAsync(() -> {
            attempts.incrementAndGet();
            return CompletableFuture.failedFuture(new IllegalStateException("down"));
        });
        while (!call.isDone()) {
            time.advance(Duration.ofMillis(3));
            Thread.onSpinWait();
        }
        assertThat(attempts).hasValue(3);
    }

    @Test
    void limitThatCannotBeCancelledShouldLeaveTheOutcome() {
        Timeout timeout = Timeout.of(
                "timeout", TimeoutConfig.builder().thread(TimeoutThread.CALLER).build(), new CancelThrows(true));
        assertThat(timeout.call(() -> RESULT)).isSameAs(RESULT);
        IllegalStateException failure = new IllegalStateException("down");
        assertThatThrownBy(() -> timeout.call(() -> {
                    throw failure;
                }))
                .isSameAs(failure);
        assertThatThrownBy(() -> timeout.call(() -> {
                    time.advance(Duration.ofHours(1));
                    TimeUnit.SECONDS.sleep(30);
                    return RESULT;
                }))
                .isInstanceOf(TimeoutExceededException.class);
        assertThat(timeout.metrics().totalTimedOut()).isEqualTo(1);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void trialShouldBeMadeAfterATimerThatCannotBeCancelled() {
        CircuitBreaker breaker = CircuitBreaker.of("breaker", CircuitBreakerConfig.defaults(), new CancelThrows(true));
        breaker.open("test");
        time.advance(CircuitBreakerConfig.defaults().openDuration());
        assertThat(breaker.call(() -> RESULT)).isSameAs(RESULT);
    }
}
