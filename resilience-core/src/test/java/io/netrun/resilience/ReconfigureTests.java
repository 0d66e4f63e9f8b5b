package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.bulkhead.BulkheadFullException;
import io.netrun.resilience.bulkhead.BulkheadPools;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitOpenException;
import io.netrun.resilience.circuitbreaker.Detection;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.fallback.FallbackConfig;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.ratelimiter.RateLimitExceededException;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.retry.RetryExhaustedException;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import io.netrun.resilience.timeout.TimeoutExceededException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings that change while an instance lives, and the switch that every instance has. */
@org.junit.jupiter.api.Timeout(60)
class ReconfigureTests {

    private final ManualTicker ticker = new ManualTicker();
    private final ResilienceRegistry registry = ResilienceRegistry.create(ticker);

    @Test
    void reconfigureShouldChangeTheLivingInstance() {
        Retry retry = registry.getOrCreate(Retry.TYPE, "r");
        assertThat(registry.reconfigure(
                        Retry.TYPE, "r", c -> c.toBuilder().maxAttempts(5).build()))
                .containsSame(retry);
        assertThat(retry.config().maxAttempts()).isEqualTo(5);
        assertThat(retry.config().maxDelay()).isEqualTo(RetryConfig.defaults().maxDelay());
    }

    @Test
    void reconfigureWhenNameIsUnknownShouldCreateNothing() {
        assertThat(registry.reconfigure(Retry.TYPE, "r", c -> c)).isEmpty();
        assertThat(registry.all()).isEmpty();
    }

    static Stream<AbstractPolicy<?>> policies() {
        return Stream.of(
                Bulkhead.of("p"),
                CircuitBreaker.of("p"),
                Fallback.of("p"),
                Hedge.of("p"),
                RateLimiter.of("p"),
                Retry.of("p"),
                Timeout.of("p"));
    }

    @ParameterizedTest
    @MethodSource("policies")
    <C extends Record> void changeToTheSameSettingsWithinAChangeShouldEnd(AbstractPolicy<C> policy) {
        C before = policy.config();
        assertThat(policy.reconfigure(c -> policy.reconfigure(d -> d))).isSameAs(before);
    }

    @Test
    void changeToFixedSettingsWithinAChangeShouldEnd() {
        Retry retry = Retry.of("r");
        retry.reconfigure(c -> {
            retry.reconfigure(d -> d.toBuilder().baseDelay(Duration.ofMillis(7)).build());
            return c.toBuilder().maxAttempts(9).build();
        });
        assertThat(retry.config().maxAttempts()).isEqualTo(9);
        assertThat(retry.config().baseDelay()).isEqualTo(Duration.ofMillis(7));
    }

    private static void increment(Retry retry) {
        retry.reconfigure(c -> c.toBuilder().maxAttempts(c.maxAttempts() + 1).build());
    }

    @Test
    void changeThatChangesAgainAndAgainShouldBeRejected() {
        Retry retry = Retry.of("r");
        assertThatThrownBy(() -> retry.reconfigure(c -> {
                    increment(retry);
                    return c;
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Retry 'r' is changed again and again within a change of its settings. Make one change of"
                        + " both: return the new settings, and do not call reconfigure in the function that returns"
                        + " them");
        increment(retry);
        assertThat(retry.config().maxAttempts())
                .isEqualTo(RetryConfig.defaults().maxAttempts() + 2);
    }

    @Test
    void changeThatReturnsThroughAnotherInstanceShouldBeRejected() {
        Retry one = Retry.of("one");
        Retry other = Retry.of("other");
        assertThatThrownBy(() -> one.reconfigure(c -> {
                    other.reconfigure(d -> {
                        increment(one);
                        return d.toBuilder().maxAttempts(8).build();
                    });
                    return c;
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Retry 'one' is changed again and again");
    }

    @Test
    void changeThatCannotBeAppliedShouldChangeNothing() {
        Failing policy = new Failing();
        OutOfMemoryError full = new OutOfMemoryError("full");
        policy.failure = full;
        assertThatThrownBy(() -> policy.reconfigure(c -> new Failing.Config(2))).isSameAs(full);
        assertThat(policy.config().value()).isEqualTo(1);
        assertThat(policy.applied).isEqualTo(1);
    }

    /** A policy whose change fails once. */
    private static final class Failing extends AbstractPolicy<Failing.Config> {

        private @Nullable Error failure;
        private int applied;

        Failing() {
            super("f", new Config(1), new ManualTicker());
        }

        @Override
        protected void onReconfigured() {
            applied = config().value();
            Error now = failure;
            failure = null;
            if (now != null) {
                throw now;
            }
        }

        @Override
        public PolicyType<?, ?> type() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Record metrics() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Layer around(Layer next) {
            throw new UnsupportedOperationException();
        }

        private record Config(int value) {}
    }

    @Test
    void reconfigureWhenValueIsOutOfRangeShouldChangeNothing() {
        Retry retry = registry.getOrCreate(Retry.TYPE, "r");
        assertThatThrownBy(() -> retry.reconfigure(c -> c.toBuilder()
                        .maxAttempts(9)
                        .baseDelay(Duration.ofSeconds(-1))
                        .build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("baseDelay");
        assertThat(retry.config()).isEqualTo(RetryConfig.defaults());
    }

    @Test
    void reconfigureWhenAnotherChangeComesBetweenShouldLoseNeither() {
        Retry retry = registry.getOrCreate(Retry.TYPE, "r");
        AtomicInteger asked = new AtomicInteger();
        retry.reconfigure(c -> {
            if (asked.getAndIncrement() == 0) {
                retry.reconfigure(other -> other.toBuilder().maxAttempts(7).build());
            }
            return c.toBuilder().maxDelay(Duration.ofMinutes(1)).build();
        });
        assertThat(retry.config().maxAttempts()).isEqualTo(7);
        assertThat(retry.config().maxDelay()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void retryShouldMakeAsManyAttemptsAsItsSettingsSayNow() {
        Retry retry =
                Retry.of("r", RetryConfig.builder().baseDelay(Duration.ZERO).build(), ticker);
        Guard pipeline = Pipeline.of(retry);
        retry.reconfigure(c -> c.toBuilder().maxAttempts(5).build());
        assertThat(attempts(pipeline)).isEqualTo(5);
        retry.reconfigure(c -> c.toBuilder().maxAttempts(2).build());
        assertThat(attempts(pipeline)).isEqualTo(2);
    }

    @Test
    void retryShouldLetACallEndByTheSettingsItBeganWith() {
        Retry retry =
                Retry.of("r", RetryConfig.builder().baseDelay(Duration.ZERO).build(), ticker);
        AtomicInteger calls = new AtomicInteger();
        assertThatThrownBy(() -> retry.run(() -> {
                    calls.incrementAndGet();
                    retry.reconfigure(c -> c.toBuilder().maxAttempts(1).build());
                    throw new IOException();
                }))
                .isInstanceOf(RetryExhaustedException.class);
        assertThat(calls).hasValue(3);
    }

    @Test
    void retryWhenSwitchedOffShouldPassTheFirstFailureUnchanged() {
        Retry retry =
                Retry.of("r", RetryConfig.builder().baseDelay(Duration.ZERO).build(), ticker);
        retry.setEnabled(false);
        assertThatThrownBy(() -> retry.run(() -> {
                    throw new IOException("once");
                }))
                .isInstanceOf(IOException.class);
        CompletableFuture<String> own = CompletableFuture.failedFuture(new IOException());
        assertThat(retry.callAsync(() -> own)).isSameAs(own);
        assertThat(retry.metrics().totalExhausted()).isZero();
        retry.setEnabled(true);
        assertThat(attempts(retry)).isEqualTo(3);
    }

    @Test
    void timeoutShouldLimitCallsThatBeginAfterTheChange() {
        Timeout timeout = Timeout.of("t", TimeoutConfig.defaults(), ticker);
        CompletableFuture<String> before = timeout.callAsync(CompletableFuture::new);
        timeout.reconfigure(c -> c.toBuilder().duration(Duration.ofSeconds(1)).build());
        CompletableFuture<String> after = timeout.callAsync(CompletableFuture::new);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(after)
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withCauseInstanceOf(TimeoutExceededException.class);
        assertThat(before).isNotDone();
        ticker.advance(Duration.ofSeconds(4));
        assertThat(before).failsWithin(Duration.ofSeconds(10));
    }

    @Test
    void timeoutWhenSwitchedOffShouldSetNoTimer() throws Exception {
        Timeout timeout = Timeout.of("t", TimeoutConfig.defaults(), ticker);
        timeout.setEnabled(false);
        CompletableFuture<String> own = new CompletableFuture<>();
        assertThat(timeout.callAsync(() -> own)).isNotDone();
        assertThat(ticker.scheduledCount()).isZero();
        Thread caller = Thread.currentThread();
        assertThat(timeout.<Thread, Exception>call(Thread::currentThread)).isSameAs(caller);
        timeout.setEnabled(true);
        timeout.callAsync(() -> own);
        assertThat(ticker.scheduledCount()).isEqualTo(1);
    }

    @Test
    void bulkheadWhenGrownShouldLetWaitersInAtOnce() {
        Bulkhead bulkhead = bulkhead(1, 2);
        bulkhead.callAsync(CompletableFuture::new);
        CompletableFuture<String> waiting = bulkhead.callAsync(() -> CompletableFuture.completedFuture("in"));
        bulkhead.reconfigure(c -> c.toBuilder().maxConcurrent(2).build());
        assertThat(waiting).succeedsWithin(Duration.ofSeconds(10)).isEqualTo("in");
        assertThat(bulkhead.metrics().maxConcurrent()).isEqualTo(2);
    }

    @Test
    void bulkheadWhenShrunkShouldLetRunningCallsEnd() {
        Bulkhead bulkhead = bulkhead(2, 0);
        CompletableFuture<String> first = new CompletableFuture<>();
        CompletableFuture<String> second = new CompletableFuture<>();
        bulkhead.callAsync(() -> first);
        bulkhead.callAsync(() -> second);
        bulkhead.reconfigure(c -> c.toBuilder().maxConcurrent(1).build());
        assertThat(bulkhead.metrics().asyncActive()).isEqualTo(2);
        first.complete("done");
        assertThat(bulkhead.callAsync(CompletableFuture::new)).isCompletedExceptionally();
        second.complete("done");
        assertThat(bulkhead.callAsync(CompletableFuture::new)).isNotDone();
        assertThat(bulkhead.metrics().asyncActive()).isEqualTo(1);
    }

    @Test
    void bulkheadWhenPoolsBecomeSharedShouldLoseNoPermit() {
        Bulkhead bulkhead = bulkhead(1, 0);
        CompletableFuture<String> own = new CompletableFuture<>();
        CompletableFuture<String> running = bulkhead.callAsync(() -> own);
        bulkhead.reconfigure(c -> c.toBuilder().pools(BulkheadPools.SHARED).build());
        CompletableFuture<String> shared = new CompletableFuture<>();
        bulkhead.callAsync(() -> shared);
        assertThatThrownBy(() -> bulkhead.run(() -> {})).isInstanceOf(BulkheadFullException.class);
        own.complete("done");
        assertThat(running).isCompleted();
        shared.complete("done");
        assertThat(bulkhead.metrics().asyncActive()).isZero();
        assertThat(bulkhead.metrics().syncActive()).isZero();
        assertThat(bulkhead.metrics().totalAccepted()).isEqualTo(2);
    }

    @Test
    void bulkheadWhenSwitchedOffShouldLetEveryoneInAndStillCount() {
        Bulkhead bulkhead = bulkhead(1, 1);
        bulkhead.callAsync(CompletableFuture::new);
        CompletableFuture<String> waiting = bulkhead.callAsync(() -> CompletableFuture.completedFuture("in"));
        bulkhead.setEnabled(false);
        assertThat(waiting).succeedsWithin(Duration.ofSeconds(10));
        for (int i = 0; i < 20; i++) {
            bulkhead.callAsync(CompletableFuture::new);
        }
        assertThat(bulkhead.metrics().asyncActive()).isEqualTo(21);
        bulkhead.setEnabled(true);
        bulkhead.callAsync(CompletableFuture::new);
        assertThat(bulkhead.metrics().asyncQueued()).isEqualTo(1);
    }

    @Test
    void rateLimiterShouldKeepWhatItHasGivenOut() {
        RateLimiter limiter = limiter(10, Duration.ZERO);
        take(limiter, 4);
        limiter.reconfigure(c -> c.toBuilder().limit(8).build());
        assertThat(limiter.metrics().available()).isEqualTo(6);
        take(limiter, 6);
        assertThatThrownBy(() -> limiter.run(() -> {})).isInstanceOf(RateLimitExceededException.class);
        ticker.advance(Duration.ofMillis(125));
        take(limiter, 1);
    }

    @Test
    void rateLimiterWhenReconfiguredShouldKeepReservations() {
        RateLimiter limiter = limiter(1, Duration.ofSeconds(10));
        take(limiter, 1);
        CompletableFuture<String> waiting = limiter.callAsync(() -> CompletableFuture.completedFuture("reserved"));
        limiter.reconfigure(c -> c.toBuilder().limit(2).maxWait(Duration.ZERO).build());
        // One token is there too few, so two more have to come before one can be taken.
        assertThat(limiter.metrics().available()).isZero();
        ticker.advance(Duration.ofMillis(500));
        assertThatThrownBy(() -> limiter.run(() -> {})).isInstanceOf(RateLimitExceededException.class);
        ticker.advance(Duration.ofMillis(500));
        assertThat(waiting).succeedsWithin(Duration.ofSeconds(10));
        take(limiter, 1);
    }

    @Test
    void rateLimiterWhenSwitchedOffShouldLetEveryoneIn() {
        RateLimiter limiter = limiter(1, Duration.ZERO);
        limiter.setEnabled(false);
        take(limiter, 100);
        assertThat(limiter.metrics().totalAccepted()).isEqualTo(100);
        limiter.setEnabled(true);
        take(limiter, 1);
        assertThatThrownBy(() -> limiter.run(() -> {})).isInstanceOf(RateLimitExceededException.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void fallbackShouldLetACallEndByTheSettingsItBeganWith(boolean async) {
        Fallback fallback =
                Fallback.of("f", FallbackConfig.builder().value("old").build(), ticker);
        List<Runnable> changes = List.of(
                () -> fallback.reconfigure(
                        c -> FallbackConfig.builder().value("new").build()),
                () -> fallback.setEnabled(false));
        for (Runnable change : changes) {
            String before = fallback.call(ReconfigureTests::fail);
            assertThat(endDuring(fallback, async, change)).isEqualTo(before);
        }
        fallback.setEnabled(true);
        assertThat(fallback.<String, RuntimeException>call(ReconfigureTests::fail))
                .isEqualTo("new");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void hedgeShouldLetACallEndByTheSettingsItBeganWith(boolean async) {
        Hedge hedge = Hedge.of(
                "h",
                HedgeConfig.builder()
                        .onFailure(true)
                        .exceptions(RuntimeException.class)
                        .build(),
                ticker);
        assertThatThrownBy(() -> endDuring(
                hedge,
                async,
                () -> hedge.reconfigure(c ->
                        c.toBuilder().ignoreExceptions(RuntimeException.class).build())));
        assertThat(hedge.metrics().totalHedged()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void circuitShouldJudgeACallByTheSettingsItBeganWith(boolean async) {
        CircuitBreaker breaker = CircuitBreaker.of("c");
        assertThatThrownBy(() -> endDuring(
                breaker,
                async,
                () -> breaker.reconfigure(c ->
                        c.toBuilder().ignoreExceptions(RuntimeException.class).build())));
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
        assertThatThrownBy(() -> endDuring(breaker, async, () -> {}));
        assertThat(breaker.metrics().totalIgnored()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void circuitShouldJudgeAResultByTheSettingsItBeganWith(boolean async) {
        CircuitBreaker breaker = CircuitBreaker.of("c");
        Runnable change = () -> breaker.reconfigure(
                c -> c.toBuilder().failureResult("bad"::equals).build());
        if (async) {
            CompletableFuture<String> own = new CompletableFuture<>();
            breaker.callAsync(() -> own);
            change.run();
            own.complete("bad");
        } else {
            breaker.call(() -> {
                change.run();
                return "bad";
            });
        }
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(1);
        breaker.call(() -> "bad");
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
    }

    /** Changes something while a call runs that then fails. */
    private static String endDuring(Guard guard, boolean async, Runnable change) {
        AtomicInteger attempts = new AtomicInteger();
        Runnable once = () -> {
            if (attempts.getAndIncrement() == 0) {
                change.run();
            }
        };
        if (!async) {
            return guard.<String, RuntimeException>call(() -> {
                once.run();
                return fail();
            });
        }
        CompletableFuture<String> own = new CompletableFuture<>();
        CompletableFuture<String> call = guard.callAsync(() -> own);
        once.run();
        own.completeExceptionally(new IllegalStateException("failed"));
        return call.join();
    }

    @Test
    void fallbackShouldAskTheHandlersInForceAtItsBegin() {
        Fallback fallback =
                Fallback.of("f", FallbackConfig.builder().value("old").build(), ticker);
        fallback.reconfigure(c -> FallbackConfig.builder().value("new").build());
        assertThat(fallback.<String, RuntimeException>call(ReconfigureTests::fail))
                .isEqualTo("new");
        fallback.setEnabled(false);
        assertThatThrownBy(() -> fallback.<String, RuntimeException>call(ReconfigureTests::fail))
                .hasMessage("failed");
    }

    @Test
    void circuitBreakerWhenSwitchedOffAndOnShouldPassCallsAndClose() {
        CircuitBreaker breaker = CircuitBreaker.of("c", c -> c.failureThreshold(1));
        assertThatThrownBy(() -> breaker.<String, RuntimeException>call(ReconfigureTests::fail));
        assertThatThrownBy(() -> breaker.run(() -> {})).isInstanceOf(CircuitOpenException.class);
        breaker.setEnabled(false);
        assertThat(breaker.isEnabled()).isFalse();
        breaker.run(() -> {});
        breaker.setEnabled(true);
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @Test
    void circuitBreakerWhenSwitchedOnTwiceShouldStayAsItIs() {
        CircuitBreaker breaker = CircuitBreaker.of("c");
        breaker.forceOpen();
        breaker.setEnabled(true);
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.FORCED_OPEN);
    }

    @Test
    void reconfigureWhileCallsRunShouldLoseNothing() throws Exception {
        Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(2).maxQueue(100));
        CircuitBreaker breaker = CircuitBreaker.of("c", c -> c.failureThreshold(Integer.MAX_VALUE));
        RateLimiter limiter = RateLimiter.of("l", c -> c.limit(1_000_000));
        Pipeline pipeline = Pipeline.of(bulkhead, limiter, Retry.of("r"), breaker);
        int threads = 4;
        int callsEach = 20_000;
        int enough = 100; // changes, however seldom this thread gets a processor
        AtomicInteger changes = new AtomicInteger();
        LongAdder calls = new LongAdder();
        ExecutorService callers = Executors.newFixedThreadPool(threads);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            running.add(callers.submit(() -> {
                for (int call = 0; call < callsEach || changes.get() < enough; call++) {
                    pipeline.run(() -> {});
                    calls.increment();
                }
            }));
        }
        while (!running.stream().allMatch(Future::isDone)) {
            int size = 1 + changes.getAndIncrement() % 5;
            bulkhead.reconfigure(c -> c.toBuilder().maxConcurrent(size).build());
            limiter.reconfigure(c -> c.toBuilder().limit(1_000_000 - size).build());
            breaker.reconfigure(
                    c -> c.toBuilder().detection(Detection.COUNT_WINDOW).windowSize(size).build().toBuilder()
                            .detection(Detection.values()[size % 4])
                            .build());
        }
        for (Future<?> caller : running) {
            caller.get();
        }
        callers.shutdown();
        assertThat(bulkhead.metrics().syncActive()).isZero();
        assertThat(bulkhead.metrics().syncQueued()).isZero();
        assertThat(bulkhead.metrics().totalAccepted()).isEqualTo(calls.sum());
        assertThat(limiter.metrics().totalAccepted()).isEqualTo(calls.sum());
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(calls.sum());
    }

    private static String fail() {
        throw new IllegalStateException("failed");
    }

    private static int attempts(Guard guard) {
        AtomicInteger calls = new AtomicInteger();
        assertThatThrownBy(() -> guard.run(() -> {
                    calls.incrementAndGet();
                    throw new IOException();
                }))
                .isInstanceOf(RetryExhaustedException.class);
        return calls.get();
    }

    private static void take(RateLimiter limiter, int calls) {
        for (int i = 0; i < calls; i++) {
            limiter.run(() -> {});
        }
    }

    private RateLimiter limiter(int limit, Duration maxWait) {
        return RateLimiter.of(
                "l", RateLimiterConfig.builder().limit(limit).maxWait(maxWait).build(), ticker);
    }

    private Bulkhead bulkhead(int maxConcurrent, int maxQueue) {
        return Bulkhead.of(
                "b",
                BulkheadConfig.builder()
                        .maxConcurrent(maxConcurrent)
                        .maxQueue(maxQueue)
                        .build(),
                ticker);
    }
}
