package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryExhaustedException;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutThread;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A failure is an object of others: its message, its cause and its equality may throw. */
@org.junit.jupiter.api.Timeout(60)
class UnprintableFailureTests {

    private final UnprintableException failure = new UnprintableException();

    static Stream<Policy> policies() {
        return Stream.of(
                Timeout.of("t"),
                Timeout.of("t", c -> c.thread(TimeoutThread.CALLER)),
                Bulkhead.of("b"),
                RateLimiter.of("l", c -> c.limit(1_000)),
                Retry.of("r", c -> c.maxAttempts(3).baseDelay(Duration.ZERO)),
                Retry.of("r", c -> c.maxAttempts(3).baseDelay(Duration.ofMillis(1))),
                Hedge.of("h"),
                CircuitBreaker.of("c"),
                Fallback.of("f", c -> c.handle(IllegalArgumentException.class, e -> "else")));
    }

    @ParameterizedTest
    @MethodSource("policies")
    void syncFailureShouldReachTheCaller(Policy policy) {
        Bulkhead around = Bulkhead.of("around");
        Throwable thrown = catchThrowable(() -> Pipeline.of(around, policy).run(() -> {
            throw failure;
        }));
        assertIsTheFailure(thrown);
        assertThat(around.metrics().syncActive()).isZero();
    }

    @ParameterizedTest
    @MethodSource("policies")
    void asyncFailureShouldReachTheCaller(Policy policy) {
        for (Throwable each : List.of(failure, new CompletionException(null, failure))) {
            Bulkhead around = Bulkhead.of("around");
            CompletableFuture<Throwable> caught = Pipeline.of(around, policy)
                    .<Throwable>callAsync(() -> CompletableFuture.failedFuture(each))
                    .handle((value, thrown) -> thrown);
            assertIsTheFailure(caught.join());
            assertThat(around.metrics().asyncActive()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("policies")
    void asyncFailureOfAnotherThreadShouldReachTheCaller(Policy policy) {
        Bulkhead around = Bulkhead.of("around");
        CompletableFuture<String> own = new CompletableFuture<>();
        CompletableFuture<Throwable> caught =
                Pipeline.of(around, policy).callAsync(() -> own).handle((value, thrown) -> thrown);
        new Thread(() -> own.completeExceptionally(failure)).start();
        assertIsTheFailure(caught.join());
        assertThat(around.metrics().asyncActive()).isZero();
    }

    /** The JDK prints a failure as it wraps it for the next stage, and does not expect that to fail. */
    @ParameterizedTest
    @MethodSource("policies")
    void dependentThatCannotWrapItShouldKeepNoOtherFromRunning(Policy policy) {
        CompletableFuture<String> own = new CompletableFuture<>();
        CompletableFuture<String> call =
                Pipeline.of(Bulkhead.of("around"), policy).callAsync(() -> own);
        CompletableFuture<Throwable> attachedFirst = call.handle((value, thrown) -> thrown);
        call.whenComplete((value, thrown) -> {});
        call.whenComplete((value, thrown) -> {});
        own.completeExceptionally(failure);
        assertIsTheFailure(attachedFirst.join());
    }

    @Test
    void dependentOfAFutureThatItsHolderFailsShouldRun() {
        CompletableFuture<String> call = Bulkhead.of("b").callAsync(() -> new CompletableFuture<String>());
        CompletableFuture<Throwable> attachedFirst = call.handle((value, thrown) -> thrown);
        call.whenComplete((value, thrown) -> {});
        assertThat(call.completeExceptionally(failure)).isTrue();
        assertIsTheFailure(attachedFirst.join());
    }

    @Test
    void failureOfResultRulesShouldLeaveTheResultAsItIs() {
        Retry retry = Retry.of(
                "r",
                c -> c.failureResult(result -> {
                    throw failure;
                }));
        CircuitBreaker breaker = CircuitBreaker.of(
                "c",
                c -> c.failureResult(result -> {
                    throw failure;
                }));
        Pipeline pipeline = Pipeline.of(retry, breaker);
        assertThat(pipeline.<String, RuntimeException>call(() -> "ok")).isEqualTo("ok");
        CompletableFuture<String> own = new CompletableFuture<>();
        CompletableFuture<String> call = pipeline.callAsync(() -> own);
        own.complete("ok");
        assertThat(call).isCompletedWithValue("ok");
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(2);
    }

    @Test
    void failureOfFailureRulesShouldLeaveItToTheClasses() {
        Retry retry = Retry.of(
                "r",
                c -> c.maxAttempts(2).baseDelay(Duration.ZERO).failure(thrown -> {
                    throw failure;
                }));
        CircuitBreaker breaker = CircuitBreaker.of(
                "c",
                c -> c.failure(thrown -> {
                    throw failure;
                }));
        Pipeline pipeline = Pipeline.of(retry, breaker);
        assertThat(catchThrowable(() -> pipeline.run(() -> {
                    throw new IllegalStateException("down");
                })))
                .isInstanceOf(RetryExhaustedException.class);
        CompletableFuture<String> own = new CompletableFuture<>();
        CompletableFuture<String> call = pipeline.callAsync(() -> own);
        own.completeExceptionally(new IllegalStateException("down"));
        assertThat(catchThrowable(call::join)).hasCauseInstanceOf(RetryExhaustedException.class);
        assertThat(breaker.metrics().totalFailed()).isEqualTo(4);
    }

    @Test
    void failureOfAHintShouldCountForNothing() {
        Retry retry = Retry.of("r", c -> c.maxAttempts(2).baseDelay(Duration.ZERO));
        class Hinting extends RuntimeException implements RetryAfter {

            private static final long serialVersionUID = 1L;

            @Override
            public Optional<Duration> retryAfter() {
                throw failure;
            }
        }
        CompletableFuture<String> own = new CompletableFuture<>();
        CompletableFuture<String> call = retry.callAsync(() -> own);
        own.completeExceptionally(new Hinting());
        assertThat(catchThrowable(call::join).getCause())
                .isInstanceOf(RetryExhaustedException.class)
                .hasCauseInstanceOf(Hinting.class);
    }

    @Test
    void hookThatFailsShouldHarmNothing() {
        LateResults results = new LateResults();
        StringBuilder seen = new StringBuilder();
        results.subscribe(result -> {
            throw failure;
        });
        results.subscribe(seen::append);
        results.accept("late");
        assertThat(seen).hasToString("late");
    }

    private void assertIsTheFailure(Throwable thrown) {
        Throwable inside = thrown instanceof CompletionException ? thrown.getCause() : thrown;
        Throwable root = inside instanceof RetryExhaustedException ? inside.getCause() : inside;
        // Not isSameAs, which would print it.
        assertThat(root == failure).isTrue();
    }
}
