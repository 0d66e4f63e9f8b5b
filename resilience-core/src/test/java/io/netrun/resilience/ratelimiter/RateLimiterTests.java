package io.netrun.resilience.ratelimiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.is;

import io.netrun.resilience.CallInterruptedException;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.Serialized;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import io.netrun.resilience.timeout.TimeoutThread;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class RateLimiterTests {

    private static final Duration TURN = Duration.ofMillis(100);

    private final ManualTicker ticker = new ManualTicker();

    // ---- sync calls

    @Test
    void callsUpToTheBurstShouldBeginAtOnce() {
        RateLimiter limiter = limiter(c -> c.burst(3));
        use(limiter, 3);
        assertThatThrownBy(() -> limiter.run(() -> {})).isInstanceOf(RateLimitExceededException.class);
        assertThat(limiter.metrics())
                .isEqualTo(new RateLimiterMetrics(
                        10, Duration.ofSeconds(1), 10, 0, 0, 3, 1, 0, 0, 0, 3, 1, Duration.ZERO, 0, 0));
    }

    @Test
    void burstWhenNotGivenShouldBeTheLimit() {
        assertThat(limiter(c -> {}).metrics().available()).isEqualTo(10);
    }

    @Test
    void timeUntilFullShouldIncludeWaitingCalls() {
        ManualTicker time = new ManualTicker();
        RateLimiterConfig config = RateLimiterConfig.builder()
                .limit(10)
                .maxWait(Duration.ofSeconds(1))
                .build();
        RateLimiter limiter = RateLimiter.of("test", config, time);
        assertThat(limiter.timeUntilFull()).isZero();
        limiter.acquirePermit(10);
        assertThat(limiter.timeUntilFull()).isEqualTo(Duration.ofSeconds(1));
        limiter.callAsync(() -> CompletableFuture.completedFuture("ok"));
        assertThat(limiter.timeUntilFull()).isEqualTo(Duration.ofMillis(1_100));
        time.advance(Duration.ofDays(1));
        assertThat(limiter.timeUntilFull()).isZero();
    }

    @Test
    void tokensShouldComeEvenlyAfterTheBurst() {
        RateLimiter limiter = limiter(c -> c.burst(1));
        use(limiter, 1);
        for (int i = 0; i < 5; i++) {
            ticker.advance(TURN.minusNanos(1));
            assertThatThrownBy(() -> limiter.run(() -> {})).isInstanceOf(RateLimitExceededException.class);
            ticker.advance(Duration.ofNanos(1));
            use(limiter, 1);
        }
    }

    @Test
    void rejectionShouldNameTheRateAndTheTimeToRetry() {
        RateLimiter limiter = limiter(c -> c.burst(1).maxWait(Duration.ofMillis(30)));
        use(limiter, 1);
        RateLimitExceededException rejection =
                catchThrowableOfType(RateLimitExceededException.class, () -> limiter.run(() -> {}));
        assertThat(rejection)
                .hasMessage(
                        "RateLimiter 'test' has too few tokens left (burst 1, one every 100ms: 10 calls per 1s); retry"
                                + " after 70ms");
        assertThat(rejection.retryAfter()).contains(Duration.ofMillis(70));
        assertThat(rejection.getStackTrace()).isEmpty();
        assertThat(Serialized.copy(rejection)).hasMessage(rejection.getMessage());
        ticker.advance(rejection.retryAfter().orElseThrow());
        use(limiter, 1);
    }

    @Test
    void stackTracesWhenEnabledShouldBePresent() {
        RateLimiter limiter = limiter(c -> c.burst(1).stackTraces(true));
        use(limiter, 1);
        assertThatThrownBy(() -> limiter.run(() -> {}))
                .satisfies(e -> assertThat(e.getStackTrace()).isNotEmpty());
    }

    @Test
    void callShouldWaitForItsTokenOnItsThread() {
        RateLimiter limiter = limiter(c -> c.burst(1).maxWait(Duration.ofSeconds(1)));
        use(limiter, 3);
        assertThat(ticker.sleeps()).containsExactly(TURN, TURN);
        assertThat(limiter.metrics().totalAccepted()).isEqualTo(3);
        assertThat(limiter.metrics().waiting()).isZero();
    }

    @Test
    void callWhoseTokenComesJustWithinItsMaxWaitShouldWait() {
        RateLimiter limiter = limiter(c -> c.burst(1).maxWait(TURN));
        use(limiter, 2);
        assertThat(ticker.sleeps()).containsExactly(TURN);
    }

    @Test
    void burstWhenChangedAloneShouldTakeEffect() {
        RateLimiter limiter = limiter(c -> c.burst(3));
        limiter.reconfigure(c -> c.toBuilder().burst(1).build());
        assertThat(limiter.metrics().available()).isEqualTo(1);
    }

    @Test
    void rateWhenChangedAloneShouldTakeEffect() {
        RateLimiter limiter = limiter(c -> c.burst(1));
        limiter.reconfigure(c -> c.toBuilder().limit(20).build());
        use(limiter, 1);
        ticker.advance(TURN.dividedBy(2));
        use(limiter, 1);
    }

    @Test
    void callWhenInterruptedWhileWaitingShouldPutItsTokenBack() {
        RateLimiter limiter = limiter(c -> c.burst(1).maxWait(Duration.ofSeconds(1)));
        use(limiter, 1);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> limiter.run(() -> {}))
                .isInstanceOf(CallInterruptedException.class)
                .hasMessageStartingWith("RateLimiter 'test'");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(limiter.metrics().waiting()).isZero();
        assertThat(limiter.metrics().totalAccepted()).isEqualTo(1);
        ticker.advance(TURN);
        assertThat(limiter.metrics().available()).isEqualTo(1);
    }

    @Test
    void callWhoseTokenComesAfterItsTimeoutShouldBeRejectedAtOnce() {
        RateLimiter limiter = limiter(c -> c.burst(1).maxWait(Duration.ofSeconds(10)));
        TimeoutConfig brief = TimeoutConfig.builder()
                .duration(Duration.ofMillis(99))
                .thread(TimeoutThread.CALLER)
                .build();
        Pipeline pipeline = Pipeline.of(Timeout.of("brief", brief, ticker), limiter);
        pipeline.run(() -> {});
        assertThatThrownBy(() -> pipeline.run(() -> {})).isInstanceOf(RateLimitExceededException.class);
        assertThat(ticker.sleeps()).isEmpty();
    }

    @Test
    void listenerShouldReceiveRejectionsAndBreakNothing() {
        RateLimiter limiter = limiter(c -> c.burst(1));
        List<Duration> heard = new ArrayList<>();
        limiter.onRejected(event -> {
            heard.add(event.retryAfter());
            throw new AssertionError("listener");
        });
        use(limiter, 1);
        assertThatThrownBy(() -> limiter.run(() -> {})).isInstanceOf(RateLimitExceededException.class);
        assertThat(heard).containsExactly(TURN);
    }

    @Test
    void callsFromManyThreadsShouldNotExceedTheBurst() throws Exception {
        RateLimiter limiter = limiter(c -> c.limit(1_000).burst(1_000));
        ExecutorService threads = Executors.newFixedThreadPool(4);
        AtomicInteger accepted = new AtomicInteger();
        List<Future<?>> runs = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            runs.add(threads.submit(() -> {
                for (int i = 0; i < 1_000; i++) {
                    try {
                        limiter.run(accepted::incrementAndGet);
                    } catch (RateLimitExceededException expected) {
                        continue;
                    }
                }
            }));
        }
        for (Future<?> run : runs) {
            run.get();
        }
        threads.shutdown();
        assertThat(accepted).hasValue(1_000);
        assertThat(limiter.metrics().totalAccepted()).isEqualTo(1_000);
        assertThat(limiter.metrics().totalRejected()).isEqualTo(3_000);
    }

    // ---- asynchronous calls

    @Test
    void callAsyncShouldWaitForItsTokenWithoutAThread() {
        RateLimiter limiter = limiter(c -> c.burst(1).maxWait(Duration.ofSeconds(1)));
        AtomicInteger calls = new AtomicInteger();
        List<CompletableFuture<Integer>> futures = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            futures.add(limiter.callAsync(() -> CompletableFuture.completedFuture(calls.incrementAndGet())));
        }
        assertThat(calls).hasValue(1);
        assertThat(limiter.metrics().waiting()).isEqualTo(2);
        ticker.advance(TURN);
        await().untilAtomic(calls, is(2));
        ticker.advance(TURN);
        assertThat(futures.get(2)).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(3);
        assertThat(limiter.metrics().waiting()).isZero();
        assertThat(limiter.metrics().totalAccepted()).isEqualTo(3);
    }

    @Test
    void callAsyncWhenRejectedShouldFailTheFuture() {
        RateLimiter limiter = limiter(c -> c.burst(1));
        use(limiter, 1);
        assertThat(limiter.callAsync(() -> CompletableFuture.completedFuture("x")))
                .isCompletedExceptionally();
    }

    @Test
    void callAsyncWhenCancelledWhileWaitingShouldLeaveNothingBehind() {
        RateLimiter limiter = limiter(c -> c.burst(1).maxWait(Duration.ofSeconds(1)));
        use(limiter, 1);
        AtomicInteger calls = new AtomicInteger();
        CompletableFuture<Integer> waiting =
                limiter.callAsync(() -> CompletableFuture.completedFuture(calls.incrementAndGet()));
        waiting.cancel(true);
        assertThat(ticker.scheduledCount()).isZero();
        assertThat(limiter.metrics().waiting()).isZero();
        ticker.advance(TURN);
        assertThat(limiter.metrics().available()).isEqualTo(1);
        assertThat(calls).hasValue(0);
    }

    @Test
    void callAsyncWhenCancelledWhileRunningShouldReachTheCall() {
        RateLimiter limiter = limiter(c -> c.burst(1).maxWait(Duration.ofSeconds(1)));
        use(limiter, 1);
        CompletableFuture<String> own = new CompletableFuture<>();
        AtomicInteger calls = new AtomicInteger();
        CompletableFuture<String> call = limiter.callAsync(() -> {
            calls.incrementAndGet();
            return own;
        });
        ticker.advance(TURN);
        await().untilAtomic(calls, is(1));
        await().until(() -> call.cancel(true) && own.isCancelled());
    }

    private RateLimiter limiter(Consumer<RateLimiterConfig.Builder> settings) {
        RateLimiterConfig.Builder builder = RateLimiterConfig.builder().limit(10);
        settings.accept(builder);
        return RateLimiter.of("test", builder.build(), ticker);
    }

    private static void use(RateLimiter limiter, int times) {
        for (int i = 0; i < times; i++) {
            limiter.run(() -> {});
        }
    }
}
