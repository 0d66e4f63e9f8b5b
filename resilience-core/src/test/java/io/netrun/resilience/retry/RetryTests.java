package io.netrun.resilience.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.is;

import io.netrun.resilience.Deadline;
import io.netrun.resilience.RetryAfter;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.circuitbreaker.CircuitOpenException;
import io.netrun.resilience.test.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RetryTests {

    private final ManualTicker ticker = new ManualTicker();

    // ---- attempts

    @Test
    void callWhenFirstAttemptSucceedsShouldMakeNoOther() throws Exception {
        Failing body = new Failing(0);
        assertThat(retry(c -> {}).<String, IOException>call(body::get)).isEqualTo("ok");
        assertThat(body.calls).hasValue(1);
    }

    @Test
    void callWhenAttemptsFailShouldRetryUntilSuccess() throws Exception {
        Failing body = new Failing(2);
        Retry retry = retry(c -> {});
        assertThat(retry.<String, IOException>call(body::get)).isEqualTo("ok");
        assertThat(retry.metrics()).isEqualTo(new RetryMetrics(2, 1, 0, 0, 0, 0, 0));
    }

    @Test
    void callWhenAllAttemptsFailShouldWrapTheLastFailure() {
        Failing body = new Failing(99);
        Retry retry = retry(c -> {});
        RetryExhaustedException exhausted =
                catchThrowableOfType(RetryExhaustedException.class, () -> retry.<String, IOException>call(body::get));
        assertThat(exhausted)
                .hasMessage("Retry 'test' gave up after 3 attempts: java.io.IOException: failure 3")
                .hasRootCauseMessage("failure 3");
        assertThat(exhausted.attempts()).isEqualTo(3);
        assertThat(exhausted.getSuppressed())
                .extracting(Throwable::getMessage)
                .containsExactly("failure 1", "failure 2");
        assertThat(retry.metrics()).isEqualTo(new RetryMetrics(2, 0, 1, 0, 0, 0, 0));
    }

    @Test
    void callWhenSameFailureIsThrownAgainShouldReportItOnce() {
        IOException same = new IOException("same");
        RetryExhaustedException exhausted = catchThrowableOfType(
                RetryExhaustedException.class,
                () -> retry(c -> {}).run(() -> {
                    throw same;
                }));
        assertThat(exhausted).hasCause(same).hasNoSuppressedExceptions();
    }

    @Test
    void callWhenAttemptsAreManyShouldKeepFewFailures() {
        Failing body = new Failing(1_000);
        Throwable exhausted = catchThrowable(
                () -> retry(c -> c.maxAttempts(500).baseDelay(Duration.ZERO)).<String, IOException>call(body::get));
        assertThat(exhausted.getSuppressed()).hasSize(16);
    }

    @Test
    void callWhenOnExhaustedIsRethrowShouldThrowTheLastFailureItself() {
        Failing body = new Failing(99);
        assertThat(catchThrowable(
                        () -> retry(c -> c.onExhausted(OnExhausted.RETHROW)).<String, IOException>call(body::get)))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("failure 3");
    }

    // ---- what is retried

    @Test
    void callWhenFailureIsNotRetriedShouldPassItUnchanged() {
        IllegalStateException failure = new IllegalStateException();
        Retry retry = retry(c -> c.exceptions(IOException.class));
        assertThat(catchThrowable(() -> retry.run(() -> {
                    throw failure;
                })))
                .isSameAs(failure);
        assertThat(retry.metrics().totalNotRetried()).isEqualTo(1);
    }

    @Test
    void callWhenErrorIsThrownShouldNotRetryByDefault() {
        AtomicInteger calls = new AtomicInteger();
        catchThrowable(() -> retry(c -> {}).run(() -> {
            calls.incrementAndGet();
            throw new AssertionError();
        }));
        assertThat(calls).hasValue(1);
    }

    @Test
    void callWhenIgnoredExceptionIsAlsoIncludedShouldNotRetry() {
        Failing body = new Failing(99);
        catchThrowable(() -> retry(c -> c.ignoreExceptions(IOException.class)).<String, IOException>call(body::get));
        assertThat(body.calls).hasValue(1);
    }

    @Test
    void callWhenFailureIsWrappedShouldLookInside() {
        AtomicInteger calls = new AtomicInteger();
        catchThrowable(() -> retry(c -> c.exceptions(IOException.class)).run(() -> {
            calls.incrementAndGet();
            throw new CompletionException(new IOException());
        }));
        assertThat(calls).hasValue(3);
    }

    @Test
    void callWhenPolicyRejectsShouldNotRetryUnlessNamed() {
        CircuitBreaker breaker = CircuitBreaker.of("open");
        breaker.forceOpen();
        assertThatThrownBy(() -> retry(c -> {}).run(() -> breaker.run(() -> {})))
                .isInstanceOf(CircuitOpenException.class);
        assertThat(breaker.metrics().totalRejected()).isEqualTo(1);
    }

    @Test
    void callWhenNamedRejectionEndsInTimeShouldRetryThen() {
        CircuitBreaker breaker = openFor(Duration.ofSeconds(2));
        Retry retry = retry(c -> c.exceptions(CircuitOpenException.class).jitter(false));
        retry.run(() -> breaker.run(() -> {}));
        assertThat(ticker.sleeps()).containsExactly(Duration.ofSeconds(2));
    }

    @Test
    void callWhenCircuitStaysOpenLongerThanAllWaitsShouldGiveUpAtOnce() {
        CircuitBreaker breaker = openFor(Duration.ofSeconds(4));
        Retry retry = retry(c -> c.exceptions(CircuitOpenException.class).jitter(false));
        assertThatThrownBy(() -> retry.run(() -> breaker.run(() -> {})))
                .isInstanceOf(RetryExhaustedException.class)
                .hasMessageContaining("no time left");
        assertThat(ticker.sleeps()).isEmpty();
    }

    @Test
    void callWhenCircuitIsForcedOpenShouldGiveUpAtOnce() {
        CircuitBreaker breaker = CircuitBreaker.of("forced");
        breaker.forceOpen();
        Retry retry = retry(c -> c.exceptions(CircuitOpenException.class).jitter(false));
        assertThatThrownBy(() -> retry.run(() -> breaker.run(() -> {}))).hasMessageContaining("no time left");
        assertThat(breaker.metrics().totalRejected()).isEqualTo(1);
        assertThat(ticker.sleeps()).isEmpty();
    }

    @Test
    void failureThatKnowsNoTimeShouldBeRetriedAfterTheComputedDelay() {
        Retry retry = retry(c -> c.maxAttempts(2).jitter(false));
        catchThrowable(() -> retry.run(() -> {
            throw new Unknowing();
        }));
        assertThat(ticker.sleeps()).containsExactly(Duration.ofSeconds(1));
    }

    private static final class Unknowing extends RuntimeException implements RetryAfter {

        private static final long serialVersionUID = 1L;

        @Override
        public Optional<Duration> retryAfter() {
            return Optional.empty();
        }
    }

    // ---- waits

    @Test
    void callShouldWaitExponentiallyUpToMaxDelay() {
        Failing body = new Failing(99);
        catchThrowable(() -> retry(c -> c.maxAttempts(8).jitter(false)).<String, IOException>call(body::get));
        assertThat(ticker.sleeps()).extracting(Duration::toSeconds).containsExactly(1L, 2L, 4L, 8L, 16L, 30L, 30L);
    }

    @Test
    void callWhenDelayIsZeroShouldNotWait() {
        Failing body = new Failing(99);
        catchThrowable(() -> retry(c -> c.baseDelay(Duration.ZERO)).<String, IOException>call(body::get));
        assertThat(ticker.sleeps()).isEmpty();
    }

    @Test
    void callWhenNextWaitWouldPassTheDeadlineShouldGiveUp() {
        Failing body = new Failing(99);
        Retry retry = retry(c -> c.jitter(false));
        Deadline limit = Deadline.NONE.within(ticker, Duration.ofMillis(2_500).toNanos());
        assertThatThrownBy(() -> retry.entry().<String, IOException>call(body::get, limit))
                .isInstanceOf(RetryExhaustedException.class);
        assertThat(ticker.sleeps()).containsExactly(Duration.ofSeconds(1));
    }

    @Test
    void onRetryShouldReportEachFailureBeforeItsDelay() {
        Failing body = new Failing(99);
        Retry retry = retry(c -> {});
        List<String> heard = new ArrayList<>();
        retry.onRetry((failure, attempt) -> heard.add(attempt + ":" + failure.getMessage() + " after "
                + ticker.sleeps().size() + " waits"));
        catchThrowable(() -> retry.<String, IOException>call(body::get));
        assertThat(heard).containsExactly("1:failure 1 after 0 waits", "2:failure 2 after 1 waits");
    }

    @Test
    void onRetryWhenListenerThrowsShouldRetryAllTheSame() throws Exception {
        Retry retry = retry(c -> {});
        retry.onRetry((failure, attempt) -> {
            throw new AssertionError("listener");
        });
        assertThat(retry.<String, IOException>call(new Failing(2)::get)).isEqualTo("ok");
    }

    @Test
    void lastFailureShouldBePublishedWithTheNumberOfAttempts() {
        Retry retry = retry(c -> {});
        List<String> heard = new ArrayList<>();
        retry.on(
                RetryEvent.Exhausted.class,
                event -> heard.add(event.attempts() + ":" + event.failure().getMessage()));
        catchThrowable(() -> retry.<String, IOException>call(new Failing(99)::get));
        assertThat(heard).containsExactly("3:failure 3");
    }

    @Test
    void recoveredCallShouldPublishNoExhaustion() throws Exception {
        Retry retry = retry(c -> {});
        List<RetryEvent.Exhausted> heard = new ArrayList<>();
        retry.on(RetryEvent.Exhausted.class, heard::add);
        retry.<String, IOException>call(new Failing(2)::get);
        assertThat(heard).isEmpty();
    }

    // ---- interrupts

    @Test
    void callWhenInterruptedDuringADelayShouldEndWithTheLastFailure() throws Exception {
        Retry retry = Retry.of("real", c -> c.baseDelay(Duration.ofMinutes(10)).maxDelay(Duration.ofMinutes(10)));
        CountDownLatch waiting = new CountDownLatch(1);
        retry.onRetry((failure, attempt) -> waiting.countDown());
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicBoolean flag = new AtomicBoolean();
        Thread caller = new Thread(() -> {
            thrown.set(catchThrowable(() -> retry.<String, IOException>call(new Failing(99)::get)));
            flag.set(Thread.currentThread().isInterrupted());
        });
        caller.start();
        assertThat(waiting.await(10, TimeUnit.SECONDS)).isTrue();
        caller.interrupt();
        caller.join(10_000);
        assertThat(thrown.get()).isExactlyInstanceOf(IOException.class).hasMessage("failure 1");
        assertThat(flag).isTrue();
        assertThat(retry.metrics().totalCancelled()).isEqualTo(1);
    }

    @Test
    void callWhenInterruptedWithoutDelayShouldMakeNoFurtherAttempt() {
        Failing body = new Failing(99);
        Thread.currentThread().interrupt();
        catchThrowable(() -> retry(c -> c.baseDelay(Duration.ZERO)).<String, IOException>call(body::get));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(body.calls).hasValue(1);
    }

    @Test
    void callWhenBodyThrowsInterruptedExceptionShouldNotRetry() {
        AtomicInteger calls = new AtomicInteger();
        assertThatThrownBy(() -> retry(c -> {}).run(() -> {
                    calls.incrementAndGet();
                    throw new InterruptedException();
                }))
                .isInstanceOf(InterruptedException.class);
        assertThat(calls).hasValue(1);
    }

    // ---- asynchronous calls

    @Test
    void callAsyncShouldWaitOnTheTimerAndNoThread() {
        AtomicInteger calls = new AtomicInteger();
        Retry retry = retry(c -> c.jitter(false));
        CompletableFuture<String> call = retry.callAsync(() -> calls.incrementAndGet() < 3
                ? CompletableFuture.<String>failedFuture(new IOException())
                : CompletableFuture.completedFuture("ok"));
        assertThat(calls).hasValue(1);
        assertThat(ticker.scheduledCount()).isEqualTo(1);
        ticker.advance(Duration.ofSeconds(1));
        awaitCalls(calls, 2);
        await().until(() -> ticker.scheduledCount() == 1);
        ticker.advance(Duration.ofSeconds(2));
        assertThat(call).succeedsWithin(Duration.ofSeconds(10)).isEqualTo("ok");
        assertThat(ticker.sleeps()).isEmpty();
    }

    @Test
    void callAsyncWhenBodyThrowsShouldTreatItAsItsFailure() {
        AtomicInteger calls = new AtomicInteger();
        CompletableFuture<String> call = retry(c -> c.baseDelay(Duration.ZERO)).callAsync(() -> {
            calls.incrementAndGet();
            throw new IllegalStateException("sync");
        });
        assertThatThrownBy(call::join).hasCauseInstanceOf(RetryExhaustedException.class);
        assertThat(calls).hasValue(3);
    }

    @Test
    void callAsyncWhenExhaustedShouldNameTheUnwrappedFailure() {
        IOException thrown = new IOException("down");
        CompletableFuture<String> call = retry(c -> c.baseDelay(Duration.ZERO))
                .callAsync(() -> CompletableFuture.<String>failedFuture(thrown).thenApply(value -> value));
        assertThatThrownBy(call::join)
                .cause()
                .isInstanceOf(RetryExhaustedException.class)
                .hasMessageEndingWith("after 3 attempts: " + thrown)
                .hasCause(thrown);
    }

    @Test
    void callAsyncWhenCancelledWhileWaitingShouldTakeTheTimerBack() {
        AtomicInteger calls = new AtomicInteger();
        Retry retry = retry(c -> {});
        CompletableFuture<String> call = retry.callAsync(() -> {
            calls.incrementAndGet();
            return CompletableFuture.failedFuture(new IOException());
        });
        call.cancel(true);
        assertThat(ticker.scheduledCount()).isZero();
        ticker.advance(Duration.ofHours(1));
        assertThat(calls).hasValue(1);
        assertThat(retry.metrics()).isEqualTo(new RetryMetrics(0, 0, 0, 0, 0, 1, 0));
    }

    @Test
    void callAsyncWhenCancelledShouldCancelTheRunningAttempt() {
        AtomicInteger calls = new AtomicInteger();
        CompletableFuture<String> attempt = new CompletableFuture<>();
        CompletableFuture<String> call = retry(c -> {}).callAsync(() -> {
            calls.incrementAndGet();
            return attempt;
        });
        call.cancel(true);
        assertThat(attempt).isCancelled();
        ticker.advance(Duration.ofHours(1));
        assertThat(calls).hasValue(1);
    }

    @Test
    void callAsyncWhenCompletedFromOutsideShouldStop() {
        CompletableFuture<String> attempt = new CompletableFuture<>();
        CompletableFuture<String> call = retry(c -> {}).callAsync(() -> attempt);
        call.complete("from outside");
        assertThat(attempt).isCancelled();
        assertThat(call.join()).isEqualTo("from outside");
    }

    @Test
    void callAsyncWhenAttemptsEndAtOnceShouldNotRecurse() {
        AtomicInteger calls = new AtomicInteger();
        CompletableFuture<String> call = retry(c -> c.maxAttempts(10_000).baseDelay(Duration.ZERO))
                .callAsync(() -> {
                    calls.incrementAndGet();
                    return CompletableFuture.failedFuture(new IOException());
                });
        assertThat(call).isCompletedExceptionally();
        assertThat(calls).hasValue(10_000);
    }

    @Test
    void callAsyncWhenAttemptsEndElsewhereShouldRetryToTheEnd() {
        AtomicInteger calls = new AtomicInteger();
        CompletableFuture<String> call = Retry.of(
                        "elsewhere", c -> c.maxAttempts(1_000).baseDelay(Duration.ZERO))
                .callAsync(() -> {
                    calls.incrementAndGet();
                    return CompletableFuture.supplyAsync(() -> {
                        throw new IllegalStateException();
                    });
                });
        assertThatThrownBy(() -> call.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(RetryExhaustedException.class);
        assertThat(calls).hasValue(1_000);
    }

    // ---- fixtures

    private Retry retry(Consumer<RetryConfig.Builder> settings) {
        return retry(settings, ticker);
    }

    private static Retry retry(Consumer<RetryConfig.Builder> settings, Ticker ticker) {
        RetryConfig.Builder builder = RetryConfig.builder();
        settings.accept(builder);
        return Retry.of("test", builder.build(), ticker);
    }

    private CircuitBreaker openFor(Duration duration) {
        CircuitBreaker breaker = CircuitBreaker.of(
                "open",
                CircuitBreakerConfig.builder()
                        .failureThreshold(1)
                        .openDuration(duration)
                        .build(),
                ticker);
        breaker.acquirePermit().onFailure(new IOException());
        return breaker;
    }

    private static void awaitCalls(AtomicInteger calls, int number) {
        await().untilAtomic(calls, is(number));
    }

    private static final class Failing {

        private final AtomicInteger calls = new AtomicInteger();
        private final int failures;

        Failing(int failures) {
            this.failures = failures;
        }

        String get() throws IOException {
            int call = calls.incrementAndGet();
            if (call <= failures) {
                throw new IOException("failure " + call);
            }
            return "ok";
        }
    }
}
