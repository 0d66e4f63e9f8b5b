package io.netrun.resilience.ratelimiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Permit;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.RelayTicker;
import io.netrun.resilience.ResilienceEvent;
import io.netrun.resilience.RetryAfter;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.TimerlessTicker;
import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

/** A rate limiter that is paused, by code or by the answers of its dependency. */
@Timeout(60)
class PauseTests {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration PAUSE = Duration.ofSeconds(30);
    private static final Duration SOON = Duration.ofSeconds(30);

    private final ManualTicker ticker = new ManualTicker();
    private final List<ResilienceEvent> events = new CopyOnWriteArrayList<>();
    private final List<Integer> begun = new CopyOnWriteArrayList<>();

    /** The answer of a dependency that has enough. */
    static class Overloaded extends RuntimeException implements RetryAfter {

        private final Duration hint;

        Overloaded(Duration hint) {
            this.hint = hint;
        }

        @Override
        public Optional<Duration> retryAfter() {
            return Optional.of(hint);
        }
    }

    private RateLimiter limiter(Consumer<RateLimiterConfig.Builder> settings) {
        RateLimiterConfig.Builder builder = RateLimiterConfig.builder().limit(10);
        settings.accept(builder);
        RateLimiter limiter = RateLimiter.of("test", builder.build(), ticker);
        limiter.on(RateLimiterEvent.Paused.class, events::add);
        limiter.on(RateLimiterEvent.Resumed.class, events::add);
        limiter.on(RateLimiterEvent.WouldPause.class, events::add);
        return limiter;
    }

    private RateLimiter learning() {
        return limiter(c -> c.learn(Learning.RETRY_AFTER));
    }

    private CompletableFuture<Integer> waiter(RateLimiter limiter, int number) {
        return limiter.callAsync(() -> {
            begun.add(number);
            return CompletableFuture.completedFuture(number);
        });
    }

    @Test
    void pauseShouldRejectCallsUntilItIsOver() {
        RateLimiter limiter = limiter(c -> {});

        limiter.pauseFor(PAUSE);

        assertThat(limiter.pausedUntil()).contains(ticker.now().plus(PAUSE));
        assertThat(limiter.metrics().pausedFor()).isEqualTo(PAUSE);
        assertThat(limiter.metrics().available()).isZero();
        assertThat(limiter.tryAcquirePermit()).isEmpty();
        ticker.advance(Duration.ofSeconds(10));
        assertThatThrownBy(() -> limiter.run(() -> {}))
                .isInstanceOf(RateLimitExceededException.class)
                .hasMessage("RateLimiter 'test' is paused; retry after 20s")
                .isInstanceOfSatisfying(
                        RateLimitExceededException.class,
                        e -> assertThat(e.retryAfter()).contains(Duration.ofSeconds(20)));
        ticker.advance(Duration.ofSeconds(20));
        limiter.run(() -> {});
        assertThat(limiter.pausedUntil()).isEmpty();
        assertThat(limiter.tryAcquirePermit()).as("no burst").isEmpty();
        ticker.advance(SECOND);
        assertThat(limiter.metrics().available()).isEqualTo(10);
    }

    @Test
    void beginAndEndShouldBePublishedOnce() {
        RateLimiter limiter = limiter(c -> {});
        var start = ticker.now();

        limiter.pauseFor(SECOND);
        limiter.pauseFor(PAUSE);
        limiter.pauseFor(SECOND);

        assertThat(limiter.metrics().pausedFor()).isEqualTo(PAUSE);
        assertThat(limiter.metrics().totalPauses()).isEqualTo(1);
        ticker.advance(SECOND);
        await().untilAsserted(() -> assertThat(ticker.scheduledCount()).isEqualTo(1));
        ticker.advance(PAUSE.minus(SECOND));
        await().untilAsserted(() -> assertThat(events)
                .containsExactly(
                        new RateLimiterEvent.Paused("test", start, SECOND),
                        new RateLimiterEvent.Resumed("test", ticker.now())));
        assertThat(ticker.scheduledCount()).isZero();
    }

    @Test
    void waitersShouldKeepTheirOrderAndGoOnAfterwards() {
        RateLimiter limiter = limiter(c -> c.maxWait(Duration.ofHours(1)));
        limiter.acquirePermit(10);
        List<CompletableFuture<Integer>> waiters = List.of(waiter(limiter, 1), waiter(limiter, 2), waiter(limiter, 3));

        limiter.pauseFor(PAUSE);
        CompletableFuture<Integer> later = waiter(limiter, 4);

        ticker.advance(PAUSE.minusMillis(1));
        assertThat(begun).isEmpty();
        assertThat(limiter.metrics().waiting()).isEqualTo(4);
        ticker.advance(Duration.ofMillis(1));
        assertThat(waiters.get(0)).succeedsWithin(SOON);
        assertThat(waiters.get(1)).isNotDone();
        ticker.advance(Duration.ofMillis(100));
        assertThat(waiters.get(1)).succeedsWithin(SOON);
        ticker.advance(Duration.ofMillis(200));
        assertThat(later).succeedsWithin(SOON);
        await().untilAsserted(() -> assertThat(begun).containsExactlyInAnyOrder(1, 2, 3, 4));
    }

    @Test
    void waiterThatWouldWaitTooLongShouldBeRejectedAtItsLimit() {
        RateLimiter limiter = limiter(c -> c.maxWait(SECOND));
        limiter.acquirePermit(10);
        CompletableFuture<Integer> waiting = waiter(limiter, 1);

        limiter.pauseFor(PAUSE);
        assertThat(waiting).isNotDone();
        ticker.advance(SECOND);

        assertThat(waiting)
                .failsWithin(SOON)
                .withThrowableThat()
                .withCauseInstanceOf(RateLimitExceededException.class)
                .withMessageContaining("is paused; retry after 28s");
        assertThat(limiter.metrics().totalRejected()).isEqualTo(1);
    }

    @Test
    void syncWaiterShouldWaitUntilThePauseIsOver() {
        RateLimiterConfig config = RateLimiterConfig.builder()
                .limit(10)
                .maxWait(Duration.ofHours(1))
                .build();
        RateLimiter limiter = RateLimiter.of("test", config, new StandingTicker(ticker));
        limiter.acquirePermit(10);
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> limiter.run(() -> {}));
        await().until(() -> limiter.metrics().waiting() == 1);

        limiter.pauseFor(PAUSE);
        ticker.advance(PAUSE.minusMillis(1));
        assertThat(limiter.metrics().waiting()).isEqualTo(1);
        ticker.advance(Duration.ofMillis(1));

        assertThat(waiting).succeedsWithin(SOON);
    }

    @Test
    void resumeShouldEndThePauseAndMoveTheWaitersBack() {
        RateLimiter limiter = limiter(c -> c.maxWait(Duration.ofHours(1)));
        limiter.pauseFor(PAUSE);
        CompletableFuture<Integer> first = waiter(limiter, 1);
        CompletableFuture<Integer> second = waiter(limiter, 2);

        ticker.advance(SECOND);
        limiter.resume();
        limiter.resume();

        assertThat(first).succeedsWithin(SOON);
        assertThat(second).isNotDone();
        ticker.advance(Duration.ofMillis(100));
        assertThat(second).succeedsWithin(SOON);
        assertThat(limiter.pausedUntil()).isEmpty();
        assertThat(events).hasSize(2);
        assertThat(ticker.scheduledCount()).isZero();
    }

    @Test
    void resumeWithoutWaitersShouldLetCallsBegin() {
        RateLimiter limiter = limiter(c -> {});
        limiter.pauseFor(PAUSE);

        limiter.resume();

        limiter.run(() -> {});
    }

    @Test
    void pauseShouldStayAsLongAsItIsWhenTheRateChanges() {
        RateLimiter limiter = limiter(c -> {});
        limiter.pauseFor(PAUSE);

        limiter.limitTo(1);
        limiter.reconfigure(c -> c.toBuilder().limit(100).build());

        Throwable rejection = catchThrowable(() -> limiter.run(() -> {}));
        assertThat(((RateLimitExceededException) rejection).retryAfter()).contains(PAUSE);
        limiter.limitTo(Double.POSITIVE_INFINITY);
        ticker.advance(PAUSE.minusNanos(1));
        assertThat(limiter.tryAcquirePermit()).isEmpty();
        ticker.advance(Duration.ofNanos(1));
        assertThat(limiter.tryAcquirePermit()).isPresent();
    }

    @Test
    void waitersShouldStayPausedWhenTheRateChanges() {
        RateLimiter limiter = limiter(c -> c.maxWait(Duration.ofHours(1)));
        limiter.pauseFor(PAUSE);
        CompletableFuture<Integer> first = waiter(limiter, 1);
        CompletableFuture<Integer> second = waiter(limiter, 2);

        limiter.reconfigure(c -> c.toBuilder().limit(1).build());

        ticker.advance(PAUSE.minusMillis(1));
        assertThat(first).isNotDone();
        ticker.advance(Duration.ofMillis(1));
        assertThat(first).succeedsWithin(SOON);
        ticker.advance(Duration.ofMillis(999));
        assertThat(second).isNotDone();
        ticker.advance(Duration.ofMillis(1));
        assertThat(second).succeedsWithin(SOON);
    }

    @Test
    void waiterThatLeavesShouldNotShortenThePause() {
        RateLimiter limiter = limiter(c -> c.limit(1).maxWait(Duration.ofHours(1)));
        limiter.pauseFor(PAUSE);
        waiter(limiter, 1).cancel(false);

        ticker.advance(PAUSE.minusMillis(1));

        assertThat(limiter.tryAcquirePermit()).isEmpty();
    }

    @Test
    void disabledLimiterShouldLetCallsPass() {
        RateLimiter limiter = limiter(c -> c.maxWait(Duration.ofHours(1)));
        limiter.pauseFor(PAUSE);
        CompletableFuture<Integer> waiting = waiter(limiter, 1);

        limiter.setEnabled(false);

        assertThat(waiting).succeedsWithin(SOON);
        limiter.run(() -> {});
        limiter.reconfigure(c -> c.toBuilder().maxWait(Duration.ZERO).build());
        limiter.setEnabled(true);
        assertThat(limiter.tryAcquirePermit()).isEmpty();
    }

    @Test
    void dryRunShouldCountThePauseAndPauseNothing() {
        RateLimiter limiter = limiter(c -> c.mode(PolicyMode.OBSERVE).learn(Learning.RETRY_AFTER));

        limiter.pauseFor(SECOND);
        limiter.pauseFor(PAUSE);

        limiter.run(() -> {});
        assertThat(limiter.metrics().totalWouldPause()).isEqualTo(1);
        assertThat(limiter.metrics().totalWouldReject()).isZero();
        assertThat(limiter.metrics().totalPauses()).isZero();
        assertThat(limiter.pausedUntil()).isEmpty();
        assertThat(events).containsExactly(new RateLimiterEvent.WouldPause("test", ticker.now(), SECOND));
    }

    @Test
    void changeToADryRunShouldEndThePause() {
        RateLimiter limiter = limiter(c -> {});
        limiter.pauseFor(PAUSE);

        limiter.reconfigure(c -> c.toBuilder().mode(PolicyMode.OBSERVE).build());

        limiter.run(() -> {});
        assertThat(limiter.metrics().totalWouldReject()).isZero();
        await().untilAsserted(() -> assertThat(events).hasSize(2));
    }

    @ParameterizedTest
    @CsvSource({"PT10S, PT10S", "PT2M, PT1M", "PT0S, PT0S", "PT-1S, PT0S"})
    void answerShouldPauseWithinTheBound(Duration hint, Duration pause) {
        RateLimiter limiter = learning();

        assertThatThrownBy(() -> limiter.run(() -> {
                    throw new Overloaded(hint);
                }))
                .isInstanceOf(Overloaded.class);

        assertThat(limiter.metrics().pausedFor()).isEqualTo(pause);
    }

    @Test
    void nothingShouldBeLearntUnlessAsked() {
        RateLimiter limiter = limiter(c -> {});

        catchThrowable(() -> limiter.run(() -> {
            throw new Overloaded(PAUSE);
        }));
        limiter.learnFrom(429, Map.of("Retry-After", "5")::get);

        assertThat(limiter.pausedUntil()).isEmpty();
        RateLimiter disabled = learning();
        disabled.setEnabled(false);
        disabled.learnFrom(new Overloaded(PAUSE));
        assertThat(disabled.pausedUntil()).isEmpty();
    }

    @Test
    void asyncFailureShouldPauseBeforeItsCallerKnows() {
        RateLimiter limiter = learning();
        CompletableFuture<String> answer = new CompletableFuture<>();
        CompletableFuture<Boolean> paused = limiter.callAsync(() -> answer)
                .handle((value, failure) -> limiter.pausedUntil().isPresent());

        answer.completeExceptionally(new Overloaded(PAUSE));

        assertThat(paused).isCompletedWithValue(true);
    }

    @Test
    void asyncCallThatWaitedShouldPauseAsWell() {
        RateLimiter limiter = limiter(c -> c.learn(Learning.RETRY_AFTER).maxWait(PAUSE));
        limiter.acquirePermit(10);
        CompletableFuture<String> call = limiter.callAsync(() -> CompletableFuture.failedFuture(new Overloaded(PAUSE)));

        ticker.advance(SECOND);

        assertThat(call).failsWithin(SOON);
        assertThat(limiter.pausedUntil()).isPresent();
    }

    @Test
    void reactiveFailureShouldPause() {
        RateLimiter limiter = learning();

        assertThatThrownBy(() -> ReactorGuard.of(limiter)
                        .mono(Mono.error(new Overloaded(PAUSE)))
                        .block())
                .isInstanceOf(Overloaded.class);

        assertThat(limiter.pausedUntil()).isPresent();
    }

    @Test
    void failureOfAPermitShouldPause() {
        RateLimiter limiter = learning();
        Permit permit = limiter.acquirePermit();

        permit.onFailure(new Overloaded(PAUSE));

        assertThat(limiter.pausedUntil()).isPresent();
    }

    @Test
    void failureOfTheLastAttemptShouldPause() {
        RateLimiter limiter = learning();
        Retry retry = Retry.of("test", c -> c.maxAttempts(1));

        catchThrowable(() -> Pipeline.of(limiter, retry).run(() -> {
            throw new Overloaded(PAUSE);
        }));

        assertThat(limiter.pausedUntil()).isPresent();
    }

    @Test
    void cancelOfALearningCallShouldReachTheDependency() {
        CompletableFuture<String> answer = new CompletableFuture<>();
        CompletableFuture<String> call = learning().callAsync(() -> answer);

        call.cancel(true);

        assertThat(answer).isCancelled();
    }

    @ParameterizedTest
    @EnumSource(Headers.class)
    void responseShouldPauseByItsHeaders(Headers headers) {
        RateLimiter limiter = learning();

        limiter.learnFrom(headers.status, headers.fields::get);

        assertThat(limiter.metrics().pausedFor()).isEqualTo(headers.pause);
    }

    enum Headers {
        SECONDS(429, Map.of("Retry-After", "5"), Duration.ofSeconds(5)),
        UNAVAILABLE(503, Map.of("Retry-After", "5"), Duration.ofSeconds(5)),
        LIMIT(429, Map.of("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "5"), Duration.ofSeconds(5)),
        FURTHER_REQUESTS(429, Map.of("X-RateLimit-Remaining", "1", "X-RateLimit-Reset", "5"), Duration.ZERO),
        MOVED(301, Map.of("Retry-After", "5"), Duration.ZERO),
        SUCCESS(200, Map.of("RateLimit-Remaining", "0", "RateLimit-Reset", "5"), Duration.ZERO);

        private final int status;
        private final Map<String, String> fields;
        private final Duration pause;

        Headers(int status, Map<String, String> fields, Duration pause) {
            this.status = status;
            this.fields = fields;
            this.pause = pause;
        }
    }

    @Test
    void headersThatCannotBeReadShouldChangeNothing() {
        RateLimiter limiter = learning();

        limiter.learnFrom(429, name -> {
            throw new IllegalStateException("closed");
        });

        assertThat(limiter.pausedUntil()).isEmpty();
    }

    @Test
    void pauseWithoutATimerShouldEndNevertheless() {
        TimerlessTicker timerless = new TimerlessTicker(Ticker.system());
        RateLimiter limiter = RateLimiter.of("test", RateLimiterConfig.defaults(), timerless);

        limiter.pauseFor(Duration.ofNanos(1));

        await().untilAsserted(() -> limiter.run(() -> {}));
    }

    @Test
    void eventsShouldBeInTheOrderOfTheChanges() throws Exception {
        AtomicReference<RateLimiter> created = new AtomicReference<>();
        AtomicReference<Thread> other = new AtomicReference<>();
        Ticker interrupting = new RelayTicker(ticker) {
            @Override
            public Instant now() {
                RateLimiter limiter = created.get();
                if (limiter != null && limiter.metrics().totalPauses() == 1 && other.get() == null) {
                    other.set(new Thread(limiter::resume)); // while the pause has begun and has not been announced
                    other.get().start();
                    awaitBlockedOrEnded(other.get());
                }
                return super.now();
            }
        };
        RateLimiter limiter = RateLimiter.of("test", RateLimiterConfig.defaults(), interrupting);
        limiter.on(ResilienceEvent.class, events::add);
        created.set(limiter);

        limiter.pauseFor(PAUSE);
        other.get().join();

        assertThat(limiter.pausedUntil()).isEmpty();
        assertThat(events).hasExactlyElementsOfTypes(RateLimiterEvent.Paused.class, RateLimiterEvent.Resumed.class);
    }

    private static void awaitBlockedOrEnded(Thread thread) {
        await().atMost(SOON).until(() -> switch (thread.getState()) {
            case BLOCKED, WAITING, TIMED_WAITING, TERMINATED -> true;
            default -> false;
        });
    }

    @Test
    void shutdownShouldLeaveNoTimer() {
        RateLimiter limiter = limiter(c -> {});
        limiter.pauseFor(PAUSE);

        limiter.shutdown();
        limiter.pauseFor(PAUSE.multipliedBy(2));

        assertThat(ticker.scheduledCount()).isZero();
    }

    @Test
    void pauseShouldHaveALengthAndABound() {
        RateLimiter limiter = limiter(c -> {});

        assertThatIllegalArgumentException()
                .isThrownBy(() -> limiter.pauseFor(Duration.ZERO))
                .withMessageStartingWith("time is PT0S: must be ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limiter(c -> c.maxPause(Duration.ZERO)))
                .withMessageStartingWith("maxPause is PT0S: must be ");
        limiter.pauseFor(Duration.ofSeconds(Long.MAX_VALUE));
        assertThat(limiter.metrics().pausedFor()).isEqualTo(Duration.ofDays(365));
    }
}
