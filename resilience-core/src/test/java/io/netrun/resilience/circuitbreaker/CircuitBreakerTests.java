package io.netrun.resilience.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netrun.resilience.Deadline;
import io.netrun.resilience.Permit;
import io.netrun.resilience.circuitbreaker.CircuitBreaker.State;
import io.netrun.resilience.test.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class CircuitBreakerTests {

    private static final Duration OPEN = Duration.ofSeconds(60);

    private final ManualTicker ticker = new ManualTicker();

    // ---- CLOSED

    @Test
    void callWhenFailuresReachThresholdShouldOpen() {
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(3));
        fail(breaker, 2);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        fail(breaker, 1);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
    }

    @Test
    void callWhenSuccessFollowsFailureShouldTakeOneOffTheCount() {
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(3));
        fail(breaker, 2);
        succeed(breaker, 1);
        assertThat(breaker.metrics().failureCount()).isEqualTo(1);
    }

    @Test
    void callWhenSuccessesAboundShouldNeverCountBelowZero() {
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(2));
        succeed(breaker, 10);
        fail(breaker, 1);
        assertThat(breaker.metrics().failureCount()).isEqualTo(1);
    }

    @Test
    void callWhenBodyThrowsShouldPassTheSameFailureOn() {
        IOException failure = new IOException("down");
        assertThat(catchThrowable(() -> breaker(c -> {}).call(() -> {
                    throw failure;
                })))
                .isSameAs(failure);
    }

    @Test
    void callWhenBodyThrowsErrorShouldCountIt() {
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(1));
        catchThrowable(() -> breaker.run(() -> {
            throw new AssertionError("bug");
        }));
        assertThat(breaker.state()).isEqualTo(State.OPEN);
    }

    // ---- what counts

    @Test
    void callWhenFailureIsNotAmongExceptionsShouldIgnoreIt() {
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(1).exceptions(IOException.class));
        catchThrowable(() -> breaker.run(() -> {
            throw new IllegalStateException();
        }));
        assertThat(breaker.metrics().totalIgnored()).isEqualTo(1);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void callWhenIgnoredFailureIsWrappedShouldIgnoreIt() {
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(1).ignoreExceptions(IOException.class));
        catchThrowable(() -> breaker.run(() -> {
            throw new ExecutionException(new CompletionException(new IOException()));
        }));
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void callWhenResultCountsAsFailureShouldCountIt() {
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(1).failureResult(result -> result == null));
        assertThat(breaker.<String, RuntimeException>call(() -> null)).isNull();
        assertThat(breaker.state()).isEqualTo(State.OPEN);
    }

    @Test
    void callWhenFailureResultThrowsShouldCountSuccessAndReturn() {
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(1).failureResult(result -> {
            throw new IllegalStateException("predicate");
        }));
        assertThat(breaker.<String, RuntimeException>call(() -> "ok")).isEqualTo("ok");
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(1);
    }

    @Test
    void callWhenInnerPolicyRejectsShouldCountNeither() {
        CircuitBreaker inner = CircuitBreaker.of("inner");
        inner.forceOpen();
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(1));
        catchThrowable(() -> breaker.run(() -> inner.run(() -> {})));
        assertThat(breaker.metrics().totalIgnored()).isEqualTo(1);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void callWhenInnerRejectionIsNamedShouldCountIt() {
        CircuitBreaker inner = CircuitBreaker.of("inner");
        inner.forceOpen();
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(1).exceptions(CircuitOpenException.class));
        catchThrowable(() -> breaker.run(() -> inner.run(() -> {})));
        assertThat(breaker.state()).isEqualTo(State.OPEN);
    }

    @Test
    void callWhenInterruptedShouldCountCancelled() {
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(1));
        catchThrowable(() -> breaker.run(() -> {
            throw new InterruptedException();
        }));
        assertThat(breaker.metrics().totalCancelled()).isEqualTo(1);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void callWhenOuterTimeoutFiresShouldCountAsFailed() {
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(3));
        Deadline limit = Deadline.NONE.within(ticker, 1);
        breaker.entry()
                .<String, RuntimeException>call(
                        () -> {
                            limit.tryExceed();
                            return "too late";
                        },
                        limit);
        Deadline another = Deadline.NONE.within(ticker, 1);
        catchThrowable(() -> breaker.entry()
                .<String, Exception>call(
                        () -> {
                            another.tryExceed();
                            throw new InterruptedException();
                        },
                        another));
        assertThat(breaker.metrics().totalFailed()).isEqualTo(2);
    }

    // ---- OPEN

    @Test
    void callWhenOpenShouldRejectWithoutCalling() {
        CircuitBreaker breaker = open(c -> {});
        AtomicInteger calls = new AtomicInteger();
        assertThatThrownBy(() -> breaker.run(calls::incrementAndGet)).isInstanceOf(CircuitOpenException.class);
        assertThat(calls).hasValue(0);
        assertThat(breaker.metrics().totalRejected()).isEqualTo(1);
    }

    @Test
    void callWhenOpenShouldSayNameAndTimeLeft() {
        CircuitBreaker breaker = open(c -> {});
        ticker.advance(Duration.ofSeconds(12));
        CircuitOpenException rejection = catchThrowableOfType(CircuitOpenException.class, () -> breaker.run(() -> {}));
        assertThat(rejection)
                .hasMessage("CircuitBreaker 'test' is open; the next trial is admitted after 48s")
                .satisfies(e -> assertThat(e.retryAfter()).contains(Duration.ofSeconds(48)))
                .satisfies(e -> assertThat(e.name()).isEqualTo("test"));
        assertThat(rejection.getStackTrace()).isEmpty();
    }

    @Test
    void callWhenStackTracesAreOnShouldRecordOne() {
        CircuitBreaker breaker = open(c -> c.stackTraces(true));
        assertThat(catchThrowable(() -> breaker.run(() -> {})).getStackTrace()).isNotEmpty();
    }

    @Test
    void callWhenOpenDurationIsNotOverShouldStayOpen() {
        CircuitBreaker breaker = open(c -> {});
        ticker.advance(OPEN.minusNanos(1));
        assertThatThrownBy(() -> breaker.run(() -> {})).isInstanceOf(CircuitOpenException.class);
    }

    @Test
    void callWhenWallClockIsSetBackShouldFollowMonotonicTime() {
        CircuitBreaker breaker = open(c -> {});
        ticker.advance(OPEN);
        ticker.setWallClock(Instant.parse("2020-01-01T00:00:00Z"));
        succeed(breaker, 1);
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    }

    @Test
    void metricsWhenOpenShouldShowWhatOpenedItAndNextTrial() {
        CircuitBreaker breaker = open(c -> c.failureThreshold(2));
        Instant opened = ticker.now();
        ticker.advance(Duration.ofSeconds(10));
        CircuitBreakerMetrics metrics = breaker.metrics();
        assertThat(metrics.failureCount()).isEqualTo(2);
        assertThat(metrics.nextTrialTime()).isEqualTo(opened.plus(OPEN));
        assertThat(metrics.lastFailureTime()).isEqualTo(opened);
    }

    // ---- HALF_OPEN

    @Test
    void callWhenTrialsSucceedShouldCloseAtSuccessThreshold() {
        CircuitBreaker breaker = halfOpen(c -> c.successThreshold(3));
        succeed(breaker, 2);
        assertThat(breaker.metrics().successCount()).isEqualTo(2);
        succeed(breaker, 1);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        assertThat(breaker.metrics().failureCount()).isZero();
    }

    @Test
    void callWhenOneTrialFailsShouldReopenForTheWholeDuration() {
        CircuitBreaker breaker = halfOpen(c -> c.failureThreshold(1));
        succeed(breaker, 1);
        fail(breaker, 1);
        ticker.advance(OPEN.minusNanos(1));
        assertThatThrownBy(() -> breaker.run(() -> {})).isInstanceOf(CircuitOpenException.class);
        assertThat(breaker.metrics().failureCount()).isEqualTo(2);
    }

    @Test
    void acquirePermitWhenHalfOpenShouldAdmitHalfOpenMaxCalls() {
        CircuitBreaker breaker = halfOpen(c -> c.halfOpenMaxCalls(2).successThreshold(5));
        Permit first = breaker.acquirePermit();
        breaker.acquirePermit();
        assertThat(breaker.metrics().halfOpenCalls()).isEqualTo(2);
        assertThatThrownBy(breaker::acquirePermit)
                .hasMessage("CircuitBreaker 'test' is half-open and all its trials are in flight");
        first.onSuccess();
        assertThat(breaker.acquirePermit()).isNotNull();
    }

    @Test
    void permitWithResultRulesShouldSucceedAsItsHolderReports() {
        CircuitBreaker breaker = breaker(c -> c.failureResult(result -> result == null));
        breaker.acquirePermit().onSuccess();
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(1);
        assertThat(breaker.metrics().totalFailed()).isZero();
    }

    @Test
    void permitWhenSettledTwiceShouldCountOnce() {
        CircuitBreaker breaker = halfOpen(c -> c.successThreshold(2));
        Permit permit = breaker.acquirePermit();
        permit.onSuccess();
        permit.onSuccess();
        permit.onFailure(new IOException());
        permit.close();
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        assertThat(breaker.metrics().successCount()).isEqualTo(1);
    }

    @Test
    void permitWhenClosedUnsettledShouldGiveTheTrialBack() {
        CircuitBreaker breaker = halfOpen(c -> c.halfOpenMaxCalls(1));
        breaker.acquirePermit().close();
        assertThat(breaker.metrics().halfOpenCalls()).isZero();
        assertThat(breaker.metrics().successCount()).isZero();
    }

    @Test
    void callWhenTrialIsIgnoredShouldReleaseItAndCountNeither() {
        CircuitBreaker breaker =
                halfOpen(c -> c.halfOpenMaxCalls(1).successThreshold(2).ignoreExceptions(IOException.class));
        fail(breaker, 5);
        assertThat(breaker.metrics().halfOpenCalls()).isZero();
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    }

    @Test
    void permitWhenTrialNeverEndsShouldBeTakenBackAndReopen() {
        CircuitBreaker breaker = halfOpen(c -> c.halfOpenMaxCalls(1).halfOpenMaxDuration(Duration.ofSeconds(5)));
        Permit hanging = breaker.acquirePermit();
        ticker.advance(Duration.ofSeconds(5));
        assertThatThrownBy(() -> breaker.run(() -> {})).isInstanceOf(CircuitOpenException.class);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        hanging.onSuccess();
        assertThat(breaker.state()).isEqualTo(State.OPEN);
    }

    @Test
    void permitWhenTrialSucceedsTooLateShouldCountAsFailed() {
        CircuitBreaker breaker = halfOpen(c -> c.successThreshold(1).halfOpenMaxDuration(Duration.ofSeconds(5)));
        Permit slow = breaker.acquirePermit();
        ticker.advance(Duration.ofSeconds(5));
        slow.onSuccess();
        assertThat(breaker.state()).isEqualTo(State.OPEN);
    }

    // ---- stale calls

    @Test
    void permitWhenGivenBeforeTransitionShouldNotTouchThePresentState() {
        CircuitBreaker breaker =
                breaker(c -> c.failureThreshold(1).successThreshold(1).halfOpenMaxCalls(1));
        List<Permit> old = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            old.add(breaker.acquirePermit());
        }
        fail(breaker, 1);
        ticker.advance(OPEN);
        Permit trial = breaker.acquirePermit();
        for (int i = 0; i < 9; i += 3) {
            old.get(i).onSuccess();
            old.get(i + 1).onFailure(new IOException());
            old.get(i + 2).onIgnored();
        }
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        assertThat(breaker.metrics().halfOpenCalls()).isEqualTo(1);
        assertThatThrownBy(breaker::acquirePermit).isInstanceOf(CircuitOpenException.class);
        trial.onSuccess();
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void resetWhenCallIsInFlightShouldForgetThatCall() {
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(1));
        Permit before = breaker.acquirePermit();
        breaker.reset();
        before.onFailure(new IOException());
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        assertThat(breaker.metrics().failureCount()).isZero();
    }

    // ---- operators

    @Test
    void resetFromAnyStateShouldCloseWithZeroCounts() {
        for (CircuitBreaker breaker : List.of(
                open(c -> {}), halfOpen(c -> {}), forced(CircuitBreaker::forceOpen), forced(CircuitBreaker::disable))) {
            breaker.reset();
            CircuitBreakerMetrics metrics = breaker.metrics();
            assertThat(metrics.state()).isEqualTo(State.CLOSED);
            assertThat(metrics.failureCount()).isZero();
            assertThat(metrics.lastFailureTime()).isNull();
            assertThat(metrics.nextTrialTime()).isNull();
        }
    }

    @Test
    void forceOpenShouldRejectUntilReset() {
        CircuitBreaker breaker = forced(CircuitBreaker::forceOpen);
        ticker.advance(OPEN.multipliedBy(10));
        assertThatThrownBy(() -> breaker.run(() -> {}))
                .hasMessage("CircuitBreaker 'test' is forced open until it is reset");
    }

    @Test
    void forceOpenWhenTrialIsInFlightShouldNotBeUndoneByIt() {
        CircuitBreaker breaker = halfOpen(c -> c.successThreshold(1));
        Permit trial = breaker.acquirePermit();
        breaker.forceOpen();
        trial.onSuccess();
        assertThat(breaker.state()).isEqualTo(State.FORCED_OPEN);
    }

    @Test
    void disableShouldLetFailuresPassUnwatched() {
        CircuitBreaker breaker = forced(CircuitBreaker::disable);
        fail(breaker, 50);
        assertThat(breaker.state()).isEqualTo(State.DISABLED);
        assertThat(breaker.metrics().totalFailed()).isEqualTo(50);
    }

    // ---- listeners

    @Test
    void onStateChangeShouldReportEveryTransitionInOrder() {
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(1).successThreshold(1));
        List<String> heard = new ArrayList<>();
        breaker.onStateChange((from, to) -> heard.add(from + ">" + to));
        fail(breaker, 1);
        ticker.advance(OPEN);
        succeed(breaker, 1);
        breaker.reset();
        assertThat(heard).containsExactly("CLOSED>OPEN", "OPEN>HALF_OPEN", "HALF_OPEN>CLOSED");
    }

    @Test
    void onStateChangeWhenListenerThrowsShouldChangeNothing() {
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(1).successThreshold(1));
        breaker.onStateChange((from, to) -> {
            throw new AssertionError("listener");
        });
        fail(breaker, 1);
        ticker.advance(OPEN);
        assertThat(breaker.<String, RuntimeException>call(() -> "ok")).isEqualTo("ok");
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void onStateChangeWhenUnsubscribedShouldReportNothing() {
        CircuitBreaker breaker = breaker(c -> {});
        AtomicInteger heard = new AtomicInteger();
        breaker.onStateChange((from, to) -> heard.incrementAndGet()).close();
        breaker.forceOpen();
        assertThat(heard).hasValue(0);
    }

    // ---- asynchronous calls

    @Test
    void callAsyncWhenFutureFailsLaterShouldCountThen() {
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(1));
        CompletableFuture<String> inner = new CompletableFuture<>();
        CompletableFuture<String> call = breaker.callAsync(() -> inner);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        inner.completeExceptionally(new IOException("down"));
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThatThrownBy(call::join).hasCauseInstanceOf(IOException.class);
    }

    @Test
    void callAsyncWhenOpenShouldFailTheFuture() {
        assertThatThrownBy(open(c -> {}).callAsync(() -> CompletableFuture.completedFuture("x"))::join)
                .hasCauseInstanceOf(CircuitOpenException.class);
    }

    @Test
    void callAsyncWhenBodyThrowsShouldFailTheFutureAndCount() {
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(1));
        CompletableFuture<String> call = breaker.callAsync(() -> {
            throw new IllegalStateException("sync");
        });
        assertThat(call).isCompletedExceptionally();
        assertThat(breaker.state()).isEqualTo(State.OPEN);
    }

    @Test
    void callAsyncWhenTrialIsCancelledShouldReleaseItAndCountNeither() {
        CircuitBreaker breaker = halfOpen(c -> c.halfOpenMaxCalls(1).successThreshold(2));
        long cancelledBefore = breaker.metrics().totalCancelled();
        CompletableFuture<String> inner = new CompletableFuture<>();
        breaker.callAsync(() -> inner).cancel(true);
        assertThat(inner).isCancelled();
        assertThat(breaker.metrics().halfOpenCalls()).isZero();
        assertThat(breaker.metrics().totalCancelled()).isEqualTo(cancelledBefore + 1);
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    }

    @Test
    void callAsyncWhenCancelIsIgnoredShouldStillReleaseTheTrial() {
        CircuitBreaker breaker = halfOpen(c -> c.halfOpenMaxCalls(1));
        CompletableFuture<String> stubborn = new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterruptIfRunning) {
                return false;
            }
        };
        CompletableFuture<String> call = breaker.callAsync(() -> stubborn);
        call.cancel(true);
        assertThat(breaker.metrics().halfOpenCalls()).isZero();
        stubborn.complete("late");
        assertThat(breaker.metrics().successCount()).isZero();
        assertThatThrownBy(call::join).isInstanceOf(CancellationException.class);
    }

    // ---- threads

    @Test
    void callWhenManyThreadsTryShouldNeverExceedHalfOpenMaxCalls() throws Exception {
        CircuitBreaker breaker = CircuitBreaker.of(
                "stress",
                c -> c.failureThreshold(2)
                        .successThreshold(20)
                        .halfOpenMaxCalls(3)
                        .openDuration(Duration.ofNanos(1_000)));
        AtomicInteger trials = new AtomicInteger();
        AtomicInteger mostTrials = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        CountDownLatch start = new CountDownLatch(1);
        List<Future<?>> runs = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            runs.add(threads.submit(() -> {
                start.await();
                for (int i = 0; i < 20_000; i++) {
                    try {
                        Permit permit = breaker.acquirePermit();
                        int halfOpenCalls = breaker.metrics().halfOpenCalls();
                        mostTrials.accumulateAndGet(halfOpenCalls, Math::max);
                        trials.incrementAndGet();
                        if (ThreadLocalRandom.current().nextInt(10) == 0) {
                            permit.onFailure(new IOException());
                        } else {
                            permit.onSuccess();
                        }
                    } catch (CircuitOpenException rejected) {
                        continue;
                    }
                }
                return null;
            }));
        }
        start.countDown();
        for (Future<?> run : runs) {
            run.get();
        }
        threads.shutdown();
        CircuitBreakerMetrics metrics = breaker.metrics();
        assertThat(mostTrials.get()).isLessThanOrEqualTo(3);
        assertThat(metrics.totalSucceeded() + metrics.totalFailed()).isEqualTo(trials.get());
        assertThat(metrics.totalSucceeded() + metrics.totalFailed() + metrics.totalRejected())
                .isEqualTo(160_000);
        assertThat(metrics.halfOpenCalls()).isZero();
    }

    // ---- fixtures

    private CircuitBreaker breaker(Consumer<CircuitBreakerConfig.Builder> settings) {
        CircuitBreakerConfig.Builder builder = CircuitBreakerConfig.builder();
        settings.accept(builder);
        return CircuitBreaker.of("test", builder.build(), ticker);
    }

    private CircuitBreaker open(Consumer<CircuitBreakerConfig.Builder> settings) {
        CircuitBreaker breaker = breaker(settings);
        while (breaker.state() == State.CLOSED) {
            breaker.acquirePermit().onFailure(new AssertionError());
        }
        return breaker;
    }

    private CircuitBreaker halfOpen(Consumer<CircuitBreakerConfig.Builder> settings) {
        CircuitBreaker breaker = open(settings);
        ticker.advance(OPEN);
        breaker.acquirePermit().close();
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        return breaker;
    }

    private CircuitBreaker forced(Consumer<CircuitBreaker> action) {
        CircuitBreaker breaker = breaker(c -> {});
        action.accept(breaker);
        return breaker;
    }

    private static void fail(CircuitBreaker breaker, int times) {
        for (int i = 0; i < times; i++) {
            catchThrowable(() -> breaker.run(() -> {
                throw new IOException("down");
            }));
        }
    }

    private static void succeed(CircuitBreaker breaker, int times) {
        for (int i = 0; i < times; i++) {
            breaker.run(() -> {});
        }
    }
}
