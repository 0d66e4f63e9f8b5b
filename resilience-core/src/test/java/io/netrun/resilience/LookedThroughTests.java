package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadFullException;
import io.netrun.resilience.bulkhead.BulkheadPools;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.circuitbreaker.CircuitOpenException;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.ratelimiter.Learning;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryBudget;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.retry.RetryEvent;
import io.netrun.resilience.retry.RetryExhaustedException;
import io.netrun.resilience.test.ManualTicker;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Wherever exceptions are matched by class, the exception of an exhausted retry is unwrapped to the last failure. */
@org.junit.jupiter.api.Timeout(60)
class LookedThroughTests {

    private final Retry retry = retry(2, c -> c);
    private final ManualTicker ticker = new ManualTicker();
    private final List<Duration> delays = new CopyOnWriteArrayList<>();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void fallbackShouldBeChosenByTheLastFailure(boolean async) {
        AtomicReference<Throwable> seen = new AtomicReference<>();
        Fallback fallback = Fallback.of(
                "f",
                c -> c.value("any").handle(IOException.class, failure -> {
                    seen.set(failure);
                    return "io";
                }));
        assertThat(call(async, fallback, retry)).isEqualTo("io");
        assertThat(seen.get()).isInstanceOf(FileNotFoundException.class);
    }

    @Test
    void fallbackForTheExhaustedRetryItselfShouldComeFirst() {
        Fallback fallback = Fallback.of(
                "f",
                c -> c.handle(IOException.class, failure -> "io")
                        .handle(RetryExhaustedException.class, exhausted -> "exhausted " + exhausted.attempts()));
        assertThat(call(false, fallback, retry)).isEqualTo("exhausted 2");
    }

    @Test
    void fallbackForEverythingShouldSeeTheLastFailure() {
        Fallback fallback = Fallback.of(
                "f",
                c -> c.handle(Exception.class, failure -> failure.getClass().getSimpleName()));
        assertThat(call(false, fallback, retry)).isEqualTo("FileNotFoundException");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void errorWithinAnExhaustedRetryShouldPassAFallbackForExceptions(boolean async) {
        Retry retriesErrors = retry(2, c -> c.exceptions(Throwable.class));
        for (Fallback fallback : List.of(
                Fallback.of("any", c -> c.handle(failure -> "recovered")),
                Fallback.of("exceptions", c -> c.handle(Exception.class, failure -> "recovered")),
                Fallback.of("unchecked", c -> c.handle(RuntimeException.class, failure -> "recovered")))) {
            Throwable thrown = catchThrowable(() -> failing(async, new LinkageError("down"), fallback, retriesErrors));
            assertThat(ExceptionFilter.rootOf(thrown)).isInstanceOf(LinkageError.class);
            assertThat(fallback.metrics().totalPassed()).isEqualTo(1);
        }
    }

    @Test
    void fallbackOfAnotherTypeShouldNotCatchAWrappedFailure() {
        Fallback fallback = Fallback.of("f", c -> c.handle(RuntimeException.class, failure -> "recovered"));
        assertThat(catchThrowable(() -> call(false, fallback, retry))).isInstanceOf(RetryExhaustedException.class);
    }

    @Test
    void fallbackForAllOfTheLibraryShouldCatchTheExhaustedRetry() {
        Fallback fallback = Fallback.of(
                "f", c -> c.handle(ResilienceException.class, e -> e.getClass().getSimpleName()));
        assertThat(call(false, fallback, retry)).isEqualTo("RetryExhaustedException");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void circuitAroundARetryShouldCountTheLastFailure(boolean async) {
        CircuitBreaker counts = CircuitBreaker.of("c", c -> c.exceptions(IOException.class));
        CircuitBreaker ignores = CircuitBreaker.of("i", c -> c.ignoreExceptions(IOException.class));
        catchThrowable(() -> call(async, counts, retry));
        catchThrowable(() -> call(async, ignores, retry));
        assertThat(counts.metrics().totalFailed()).isEqualTo(1);
        assertThat(ignores.metrics().totalIgnored()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void retryAroundARetryShouldFollowTheLastFailure(boolean async) {
        Retry names = retry(3, c -> c.exceptions(IOException.class));
        Retry ignores = retry(3, c -> c.ignoreExceptions(FileNotFoundException.class));
        catchThrowable(() -> call(async, names, retry));
        catchThrowable(() -> call(async, ignores, retry));
        assertThat(names.metrics().totalRetries()).isEqualTo(2);
        assertThat(ignores.metrics().totalRetries()).isZero();
    }

    @Test
    void predicateShouldSeeTheLastFailure() {
        AtomicReference<Throwable> seen = new AtomicReference<>();
        CircuitBreaker breaker = CircuitBreaker.of(
                "c",
                c -> c.failure(failure -> {
                    seen.set(failure);
                    return true;
                }));
        catchThrowable(() -> call(false, breaker, retry));
        assertThat(seen.get()).isInstanceOf(FileNotFoundException.class);
    }

    @Test
    void rejectionThatEndsARetryShouldStayARejection() {
        CircuitBreaker open = CircuitBreaker.of("open");
        open.forceOpen();
        Retry patient = retry(2, c -> c.exceptions(CircuitOpenException.class));
        CircuitBreaker around = CircuitBreaker.of("around");
        Fallback fallback = Fallback.of("f", c -> c.handle(CircuitOpenException.class, failure -> "open"));
        assertThat(Pipeline.of(fallback, around, patient, open).<String, RuntimeException>call(() -> "ok"))
                .isEqualTo("open");
        assertThat(around.metrics().totalFailed()).isZero();
        assertThat(around.metrics().totalIgnored()).isEqualTo(1);
    }

    @Test
    void retryInAnotherGuardShouldBeLookedThroughToo() {
        CircuitBreaker breaker = CircuitBreaker.of("c", c -> c.exceptions(IOException.class));
        catchThrowable(() -> breaker.run(() -> call(false, Pipeline.of(retry))));
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
    }

    @Test
    void futuresEnvelopeAroundARetryShouldBeLookedThrough() {
        AtomicInteger asked = new AtomicInteger();
        Fallback fallback = Fallback.of(
                "f",
                c -> c.handle(IOException.class, failure -> {
                    asked.incrementAndGet();
                    return "io";
                }));
        CompletableFuture<String> call = fallback.callAsync(
                () -> retry.<String>callAsync(() -> CompletableFuture.failedFuture(new FileNotFoundException()))
                        .thenApply(value -> value));
        assertThat(call).isCompletedWithValue("io");
        assertThat(asked).hasValue(1);
    }

    // ---- what a retry reads in a failure

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void hintShouldBeFoundAfterAFailureWithoutOne(boolean async) {
        Pipeline nested = Pipeline.of(retryInTime(c -> c), retry(1, c -> c));
        catchThrowable(() -> failingInTime(async, new IOException("down"), nested));
        catchThrowable(() -> failingInTime(async, new Busy(Duration.ofSeconds(4)), nested));
        catchThrowable(() -> failingInTime(async, new CompletionException(new Busy(Duration.ofSeconds(3))), nested));
        assertThat(delays).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(4), Duration.ofSeconds(3));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void wrapperWithoutACauseShouldNotHideLaterHints(boolean async) {
        Retry outer = retryInTime(c -> c);
        catchThrowable(() -> failingInTime(async, new CompletionException("no cause", null), outer));
        catchThrowable(() -> failingInTime(async, new CompletionException(new Busy(Duration.ofSeconds(4))), outer));
        assertThat(delays).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(4));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void openCircuitBehindAnotherRetryShouldEndARetryAtOnce(boolean async) {
        CircuitBreaker open = CircuitBreaker.of(
                "open",
                CircuitBreakerConfig.builder()
                        .openDuration(Duration.ofMinutes(1))
                        .failureThreshold(1)
                        .build(),
                ticker);
        catchThrowable(() -> failing(async, new IOException("down"), open));
        Retry outer = retryInTime(c -> c.exceptions(CircuitOpenException.class).maxAttempts(4));
        Retry inner = retry(1, c -> c.exceptions(CircuitOpenException.class));
        catchThrowable(() -> failingInTime(async, new IOException("down"), Pipeline.of(outer, inner, open)));
        assertThat(delays).isEmpty();
        assertThat(outer.metrics().totalRetries()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rejectionBehindAnotherRetryShouldCostABudgetLess(boolean async) {
        RetryBudget budget = RetryBudget.of("b", ticker);
        Bulkhead full = Bulkhead.of("full", c -> c.maxConcurrent(1).maxQueue(0).pools(BulkheadPools.SHARED));
        Retry outer = retryInTime(c -> c.exceptions(BulkheadFullException.class).budget(budget));
        Retry inner = retry(1, c -> c.exceptions(BulkheadFullException.class));
        try (Permit held = full.acquirePermit()) {
            assertThat(held).isNotNull();
            catchThrowable(() -> failingInTime(async, new IOException("down"), Pipeline.of(outer, inner, full)));
        }
        assertThat(budget.available()).isEqualTo(500 - 5);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void customBackoffShouldSeeTheLastFailure(boolean async) {
        AtomicReference<Throwable> seen = new AtomicReference<>();
        Retry outer = retryInTime(c -> c.customBackoff((number, failure) -> {
            seen.set(failure);
            return Duration.ofSeconds(7);
        }));
        catchThrowable(() -> failingInTime(async, new IOException("down"), Pipeline.of(outer, retry(1, c -> c))));
        assertThat(seen.get()).isExactlyInstanceOf(IOException.class);
        assertThat(delays).containsExactly(Duration.ofSeconds(7));
    }

    @Test
    void limiterShouldLearnFromAFailureInTwoRetries() {
        RateLimiter limiter = RateLimiter.of(
                "l",
                RateLimiterConfig.builder()
                        .limit(10)
                        .learn(Learning.RETRY_AFTER)
                        .build(),
                ticker);
        catchThrowable(() -> failing(
                false,
                new Busy(Duration.ofSeconds(9)),
                limiter,
                retry(1, c -> c),
                Retry.of("second", c -> c.maxAttempts(1))));
        assertThat(limiter.metrics().pausedFor()).isEqualTo(Duration.ofSeconds(9));
    }

    // ---- a foreign exception is not changed

    @Test
    void constantExceptionOfAHandlerShouldCollectNothing() {
        IllegalStateException soldOut = new IllegalStateException("sold out");
        Fallback fallback = Fallback.of(
                "f",
                c -> c.handle(IOException.class, failure -> {
                    throw soldOut;
                }));
        for (int i = 0; i < 3; i++) {
            assertThat(catchThrowable(() -> call(false, fallback))).isSameAs(soldOut);
        }
        assertThat(soldOut).hasNoSuppressedExceptions();
    }

    @Test
    void handlerThatUnwrapsShouldMakeNoCircle() {
        IllegalArgumentException cause = new IllegalArgumentException();
        Fallback fallback = Fallback.of(
                "f",
                c -> c.handle(IllegalStateException.class, failure -> {
                    throw (RuntimeException) failure.getCause();
                }));
        assertThat(catchThrowable(() -> fallback.run(() -> {
                    throw new IllegalStateException(cause);
                })))
                .isSameAs(cause)
                .hasNoSuppressedExceptions();
    }

    @Test
    void sameFailureThrownAgainShouldNotSuppressItself() {
        IOException constant = new IOException("down");
        Throwable thrown = catchThrowable(() -> retry(5, c -> c).run(() -> {
            throw constant;
        }));
        assertThat(thrown).hasCause(constant).hasNoSuppressedExceptions();
        assertThat(constant).hasNoSuppressedExceptions();
    }

    private static Retry retry(int attempts, UnaryOperator<RetryConfig.Builder> settings) {
        return Retry.of("r", c -> settings.apply(c.maxAttempts(attempts).baseDelay(Duration.ZERO)));
    }

    /** A retry with two attempts, whose delays are recorded. */
    private Retry retryInTime(UnaryOperator<RetryConfig.Builder> settings) {
        RetryConfig config = settings.apply(RetryConfig.builder()
                        .maxAttempts(2)
                        .baseDelay(Duration.ofSeconds(1))
                        .jitter(false))
                .build();
        Retry created = Retry.of("timed", config, ticker);
        created.on(RetryEvent.Retrying.class, event -> delays.add(event.delay()));
        return created;
    }

    /** Fails as {@link #failing} does; an asynchronous call without waiting for its delays. */
    private void failingInTime(boolean async, Throwable failure, Guard guard) {
        if (!async) {
            failing(false, failure, guard);
            return;
        }
        CompletableFuture<String> call = guard.callAsync(() -> CompletableFuture.failedFuture(failure));
        await().until(() -> {
            ticker.advanceToNext(Duration.ofSeconds(30));
            return call.isDone();
        });
    }

    private static final class Busy extends IOException implements RetryAfter {

        private static final long serialVersionUID = 1L;

        private final transient Duration hint;

        Busy(Duration hint) {
            this.hint = hint;
        }

        @Override
        public Optional<Duration> retryAfter() {
            return Optional.of(hint);
        }
    }

    private static String call(boolean async, Policy... policies) {
        return call(async, Pipeline.of(policies));
    }

    private static String call(boolean async, Guard guard) {
        return failing(async, new FileNotFoundException(), guard);
    }

    private static String failing(boolean async, Throwable failure, Policy... policies) {
        return failing(async, failure, Pipeline.of(policies));
    }

    private static String failing(boolean async, Throwable failure, Guard guard) {
        if (async) {
            return guard.<String>callAsync(() -> CompletableFuture.failedFuture(failure))
                    .join();
        }
        CheckedSupplier<String, RuntimeException> body = () -> sneaky(failure);
        return guard.call(body);
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <X extends Throwable> String sneaky(Throwable failure) throws X {
        throw (X) failure;
    }
}
