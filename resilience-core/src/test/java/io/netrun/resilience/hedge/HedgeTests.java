package io.netrun.resilience.hedge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.CallInterruptedException;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

@org.junit.jupiter.api.Timeout(60)
class HedgeTests {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final HedgedAttempts hedged = new HedgedAttempts();
    private final ManualTicker ticker = hedged.ticker;
    private final List<CompletableFuture<String>> attempts = hedged.attempts;

    // ---- asynchronous calls

    @Test
    void callAsyncThatEndsInTimeShouldBeMadeOnce() {
        Hedge hedge = hedged.hedge(c -> {});
        CompletableFuture<String> call = hedge.callAsync(hedged::attempt);
        attempts.get(0).complete("first");
        assertThat(call).isCompletedWithValue("first");
        assertThat(ticker.scheduledCount()).isZero();
        assertThat(hedge.metrics()).isEqualTo(new HedgeMetrics(0, 0, 0, 0, HedgedAttempts.DELAY));
    }

    @Test
    void slowCallAsyncShouldEndWithTheFirstResultAndCancelTheLoser() {
        Hedge hedge = hedged.hedge(c -> {});
        CompletableFuture<String> call = hedge.callAsync(hedged::attempt);
        hedged.passDelay(2);
        attempts.get(1).complete("second");
        assertThat(call).isCompletedWithValue("second");
        assertThat(attempts.get(0)).isCancelled();
        assertThat(ticker.scheduledCount()).isZero();
        assertThat(hedge.metrics()).isEqualTo(new HedgeMetrics(0, 1, 1, 0, HedgedAttempts.DELAY));
    }

    @Test
    void firstAttemptMayStillWin() {
        Hedge hedge = hedged.hedge(c -> {});
        CompletableFuture<String> call = hedge.callAsync(hedged::attempt);
        hedged.passDelay(2);
        attempts.get(0).complete("first");
        assertThat(call).isCompletedWithValue("first");
        assertThat(attempts.get(1)).isCancelled();
        assertThat(hedge.metrics()).isEqualTo(new HedgeMetrics(0, 1, 0, 0, HedgedAttempts.DELAY));
    }

    @Test
    void attemptsShouldBeginOneDelayAfterTheOtherUpToTheirNumber() {
        Hedge hedge = hedged.hedge(c -> c.maxAttempts(3));
        List<Integer> announced = new CopyOnWriteArrayList<>();
        hedge.onHedged(event -> announced.add(event.attempt()));
        hedge.callAsync(hedged::attempt);
        ticker.advance(HedgedAttempts.DELAY.minusNanos(1));
        assertThat(attempts).hasSize(1);
        ticker.advance(Duration.ofNanos(1));
        await().until(() -> ticker.scheduledCount() == 1);
        hedged.passDelay(3);
        await().untilAsserted(() -> assertThat(announced).containsExactly(2, 3));
        assertThat(ticker.scheduledCount()).isZero();
        assertThat(hedge.metrics().active()).isEqualTo(2);
    }

    @Test
    void attemptThatBlocksWhileItStartsShouldNotDelayTheNext() throws Exception {
        Hedge hedge = hedged.hedge(c -> c.maxAttempts(3));
        AtomicInteger begun = new AtomicInteger();
        CountDownLatch never = new CountDownLatch(1);
        CompletableFuture<String> call = hedge.callAsync(() -> {
            if (begun.incrementAndGet() == 2) {
                never.await();
            }
            return begun.get() == 3 ? CompletableFuture.completedFuture("third") : new CompletableFuture<>();
        });
        ticker.advance(HedgedAttempts.DELAY);
        await().until(() -> begun.get() == 2 && ticker.scheduledCount() == 1);
        ticker.advance(HedgedAttempts.DELAY);
        assertThat(call).succeedsWithin(LONG).isEqualTo("third");
        never.countDown();
        await().until(() -> hedge.metrics().active() == 0);
    }

    @Test
    void failureBeforeTheDelayShouldPassAtOnceWithoutAnotherAttempt() {
        Hedge hedge = hedged.hedge(c -> {});
        CompletableFuture<String> call = hedge.callAsync(hedged::attempt);
        attempts.get(0).completeExceptionally(new IOException("down"));
        assertThat(call).failsWithin(LONG).withThrowableThat().withCauseInstanceOf(IOException.class);
        assertThat(ticker.scheduledCount()).isZero();
        assertThat(attempts).hasSize(1);
    }

    @Test
    void failureShouldWaitForTheOtherAttempt() {
        Hedge hedge = hedged.hedge(c -> {});
        CompletableFuture<String> call = hedge.callAsync(hedged::attempt);
        hedged.passDelay(2);
        attempts.get(0).completeExceptionally(new IOException("down"));
        assertThat(call).isNotDone();
        attempts.get(1).complete("second");
        assertThat(call).isCompletedWithValue("second");
        assertThat(hedge.metrics().active()).isZero();
    }

    @Test
    void lastFailureShouldBeTheCallsWhenAllFail() {
        Hedge hedge = hedged.hedge(c -> {});
        CompletableFuture<String> call = hedge.callAsync(hedged::attempt);
        hedged.passDelay(2);
        attempts.get(1).completeExceptionally(new IOException("second"));
        attempts.get(0).completeExceptionally(new IOException("first"));
        assertThat(call).failsWithin(LONG).withThrowableThat().withMessageContaining("first");
        assertThat(hedge.metrics()).isEqualTo(new HedgeMetrics(0, 1, 0, 0, HedgedAttempts.DELAY));
    }

    @Test
    void attemptsOverAllCallsShouldBeBounded() {
        Hedge hedge = hedged.hedge(c -> c.maxActive(1));
        hedge.callAsync(hedged::attempt);
        hedge.callAsync(hedged::attempt);
        ticker.advance(HedgedAttempts.DELAY);
        await().until(() -> hedge.metrics().totalDenied() == 1);
        assertThat(hedge.metrics().active()).isEqualTo(1);
        await().until(() -> attempts.size() == 3);
    }

    @Test
    void cancelShouldReachAllAttemptsAndLeaveNothingBehind() {
        Hedge hedge = hedged.hedge(c -> c.maxAttempts(3));
        CompletableFuture<String> call = hedge.callAsync(hedged::attempt);
        hedged.passDelay(2);
        await().until(() -> ticker.scheduledCount() == 1);
        call.cancel(true);
        assertThat(attempts).allMatch(CompletableFuture::isCancelled);
        assertThat(ticker.scheduledCount()).isZero();
        assertThat(hedge.metrics().active()).isZero();
    }

    @Test
    void loserThatACircuitBreakerWatchesShouldCountAsCancelled() {
        CircuitBreaker breaker = CircuitBreaker.of("c", CircuitBreakerConfig.defaults(), ticker);
        CompletableFuture<String> call =
                Pipeline.of(hedged.hedge(c -> {}), breaker).callAsync(hedged::attempt);
        hedged.passDelay(2);
        attempts.get(1).complete("second");
        assertThat(call).isCompletedWithValue("second");
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(1);
        assertThat(breaker.metrics().totalCancelled()).isEqualTo(1);
    }

    @Test
    void callGivenUpByItsTimeLimitShouldGetNoOtherAttempt() {
        Timeout timeout = Timeout.of(
                "t",
                TimeoutConfig.builder()
                        .duration(HedgedAttempts.DELAY.dividedBy(2))
                        .build(),
                ticker);
        CompletableFuture<String> call =
                Pipeline.of(timeout, hedged.hedge(c -> {})).callAsync(hedged::attempt);
        ticker.advance(HedgedAttempts.DELAY.dividedBy(2));
        assertThat(call).failsWithin(LONG);
        await().until(() -> attempts.get(0).isCancelled() && ticker.scheduledCount() == 0);
        assertThat(attempts).hasSize(1);
    }

    @Test
    void hedgeWhenSwitchedOffShouldMakeTheCallAsItIs() {
        Hedge hedge = hedged.hedge(c -> {});
        hedge.setEnabled(false);
        CompletableFuture<String> call = hedge.callAsync(hedged::attempt);
        attempts.get(0).complete("own");
        assertThat(call).isCompletedWithValue("own");
        Thread caller = Thread.currentThread();
        assertThat(hedge.<Thread, RuntimeException>call(Thread::currentThread)).isSameAs(caller);
    }

    // ---- sync calls

    @Test
    void callThatEndsInTimeShouldReturnItsResult() {
        Hedge hedge = hedged.hedge(c -> {});
        assertThat(hedge.<String, RuntimeException>call(() -> "first")).isEqualTo("first");
        assertThat(hedge.<String, RuntimeException>call(() -> null)).isNull();
        await().until(() -> ticker.scheduledCount() == 0);
        assertThat(hedge.metrics()).isEqualTo(new HedgeMetrics(0, 0, 0, 0, HedgedAttempts.DELAY));
    }

    @Test
    void slowCallShouldReturnTheFirstResultAndInterruptTheLoser() throws Exception {
        Hedge hedge = Hedge.of("test", c -> c.delay(HedgedAttempts.DELAY));
        AtomicInteger made = new AtomicInteger();
        CountDownLatch interrupted = new CountDownLatch(1);
        String result = hedge.call(() -> {
            if (made.incrementAndGet() == 1) {
                try {
                    new CountDownLatch(1).await();
                } finally {
                    interrupted.countDown();
                }
            }
            return "second";
        });
        assertThat(result).isEqualTo("second");
        await().until(() -> interrupted.getCount() == 0);
        await().until(() -> hedge.metrics().equals(new HedgeMetrics(0, 1, 1, 0, HedgedAttempts.DELAY)));
    }

    @Test
    void loserThatIgnoresTheInterruptShouldHoldItsSlotUntilItsEnd() {
        Hedge hedge = Hedge.of("test", c -> c.delay(HedgedAttempts.DELAY).maxActive(1));
        AtomicInteger made = new AtomicInteger();
        AtomicBoolean released = new AtomicBoolean();
        assertThat(hedge.<String, RuntimeException>call(() -> {
                    if (made.incrementAndGet() == 1) {
                        while (!released.get()) {
                            Thread.onSpinWait();
                        }
                    }
                    return "second";
                }))
                .isEqualTo("second");
        assertThat(hedge.metrics().active()).isEqualTo(1);
        released.set(true);
        await().until(() -> hedge.metrics().active() == 0);
    }

    @Test
    void failureShouldReachTheCallerAsItWasThrown() {
        Hedge hedge = hedged.hedge(c -> {});
        for (Throwable thrown : List.of(
                new IOException(),
                new CompletionException(new IOException()),
                new java.util.concurrent.CancellationException(),
                new AssertionError())) {
            assertThatThrownBy(() -> hedge.call(() -> {
                        throw thrown;
                    }))
                    .isSameAs(thrown);
        }
        assertThat(hedge.metrics().active()).isZero();
    }

    @Test
    void callWhenInterruptedShouldStopItsAttemptsAndKeepTheFlag() throws Exception {
        Hedge hedge = hedged.hedge(c -> {});
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicBoolean flag = new AtomicBoolean();
        Thread caller = new Thread(() -> {
            try {
                hedge.run(() -> {
                    running.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } finally {
                        stopped.countDown();
                    }
                });
            } catch (Throwable e) {
                thrown.set(e);
            }
            flag.set(Thread.currentThread().isInterrupted());
        });
        caller.start();
        assertThat(running.await(20, TimeUnit.SECONDS)).isTrue();
        caller.interrupt();
        caller.join(20_000);
        assertThat(thrown.get()).isInstanceOf(CallInterruptedException.class).hasMessageStartingWith("Hedge 'test'");
        assertThat(flag).isTrue();
        assertThat(stopped.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(ticker.scheduledCount()).isZero();
        assertThat(hedge.metrics().active()).isZero();
    }

    @Test
    void callThatItsThreadHoldsSomethingForShouldStayOnIt() {
        Hedge hedge = hedged.hedge(c -> c.requiresCallerThread(() -> true));
        Thread caller = Thread.currentThread();
        assertThat(hedge.<Thread, RuntimeException>call(Thread::currentThread)).isSameAs(caller);
    }

    // ---- both

    @Test
    void attemptsOfManyCallsShouldLeaveNothingActive() {
        Hedge hedge = Hedge.of(
                "test", c -> c.delay(Duration.ofMillis(1)).maxAttempts(4).maxActive(1_000));
        List<CompletableFuture<String>> calls = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            calls.add(hedge.callAsync(() -> {
                CompletableFuture<String> own = new CompletableFuture<>();
                int outcome = ThreadLocalRandom.current().nextInt(4);
                CompletableFuture.delayedExecutor(ThreadLocalRandom.current().nextInt(6), TimeUnit.MILLISECONDS)
                        .execute(() -> {
                            if (outcome == 0) {
                                own.completeExceptionally(new IOException());
                            } else {
                                own.complete("ok");
                            }
                        });
                return own;
            }));
            if (i % 5 == 0) {
                calls.get(i).cancel(true);
            }
            if (i % 50 == 0) {
                hedge.<String, RuntimeException>call(() -> "sync");
            }
        }
        await().atMost(LONG).until(() -> calls.stream().allMatch(CompletableFuture::isDone));
        await().atMost(LONG).until(() -> hedge.metrics().active() == 0);
        assertThat(hedge.metrics().totalHedged()).isPositive();
    }
}
