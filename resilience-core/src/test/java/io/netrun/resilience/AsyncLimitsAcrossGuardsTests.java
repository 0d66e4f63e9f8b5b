package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.TimeoutExceededException;
import io.netrun.resilience.timeout.TimeoutThread;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** As {@link LimitsAcrossGuardsTests}, for asynchronous calls. */
@org.junit.jupiter.api.Timeout(60)
class AsyncLimitsAcrossGuardsTests {

    private final LimitFixture limits = new LimitFixture();
    private final CircuitBreaker breaker = CircuitBreaker.of("c", c -> c.failureThreshold(1));
    private final Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(1));

    @AfterEach
    void releaseAll() {
        limits.release.countDown();
    }

    @Test
    void limitShouldOpenACircuitWithinAnAsyncBody() {
        CompletableFuture<String> own = new CompletableFuture<>();
        AtomicReference<CircuitBreaker.State> seen = new AtomicReference<>();
        CompletableFuture<String> call =
                limits.timeout(TimeoutThread.WORKER).callAsync(() -> breaker.callAsync(() -> own));
        CompletableFuture<?> callback = call.handle((value, failure) -> {
            seen.set(breaker.state());
            return null;
        });
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThat(callback).succeedsWithin(LimitFixture.LONG);
        assertThat(seen).hasValue(CircuitBreaker.State.OPEN);
        assertThat(own).isCancelled();
    }

    @Test
    void limitShouldOpenACircuitEvenIfTheBodyReturnsAnotherFuture() {
        // What the body returns does not pass a cancel on, so the scope alone reaches the breaker.
        CompletableFuture<String> call = limits.timeout(TimeoutThread.WORKER)
                .callAsync(() ->
                        breaker.callAsync(() -> new CompletableFuture<String>()).thenApply(value -> value));
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThat(catchThrowable(call::join)).hasCauseInstanceOf(TimeoutExceededException.class);
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.OPEN);
    }

    @Test
    void syncCallWithinAnAsyncBodyShouldFindItsScope() {
        AtomicReference<Deadline> seen = new AtomicReference<>();
        limits.timeout(TimeoutThread.WORKER).callAsync(() -> {
            seen.set(breaker.<Deadline, RuntimeException>call(Deadline::current));
            return new CompletableFuture<String>();
        });
        assertThat(seen.get().remainingNanos()).isEqualTo(LimitFixture.LIMIT.toNanos());
    }

    @Test
    void asyncAttemptsOfAnotherGuardShouldEndWithTheLimit() {
        Retry retry = limits.retry(
                c -> c.maxAttempts(10).baseDelay(Duration.ofSeconds(1)).maxDelay(Duration.ofSeconds(1)));
        IOException failure = new IOException("down");
        List<CompletableFuture<String>> attempts = new CopyOnWriteArrayList<>();
        CompletableFuture<String> call = limits.timeout(TimeoutThread.WORKER)
                .callAsync(() -> retry.callAsync(() -> {
                            CompletableFuture<String> attempt = new CompletableFuture<>();
                            attempts.add(attempt);
                            return attempt;
                        })
                        .thenApply(value -> value));
        attempts.get(0).completeExceptionally(failure);
        limits.ticker.advance(Duration.ofSeconds(1));
        await().atMost(LimitFixture.LONG).until(() -> attempts.size() == 2);
        limits.ticker.advance(LimitFixture.LIMIT.minusSeconds(1));
        assertThat(catchThrowable(call::join).getCause())
                .isInstanceOf(TimeoutExceededException.class)
                .satisfies(exceeded -> assertThat(exceeded.getSuppressed()).containsExactly(failure));
        attempts.get(1).completeExceptionally(new IOException("late"));
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThat(attempts).hasSize(2);
    }

    @Test
    void queuedCallShouldLeaveTheQueueAlthoughNobodyCancelsIt() {
        CompletableFuture<String> held = bulkhead.callAsync(() -> new CompletableFuture<String>());
        AtomicReference<CompletableFuture<String>> queued = new AtomicReference<>();
        CompletableFuture<String> call = limits.timeout(TimeoutThread.WORKER).callAsync(() -> {
            queued.set(bulkhead.callAsync(() -> CompletableFuture.completedFuture("never made")));
            return queued.get().thenApply(value -> value);
        });
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThat(catchThrowable(call::join)).hasCauseInstanceOf(TimeoutExceededException.class);
        assertThat(bulkhead.metrics().asyncQueued()).isZero();
        await().atMost(LimitFixture.LONG).until(() -> queued.get().isCancelled());
        held.cancel(true);
        assertThat(bulkhead.metrics().totalAccepted()).isEqualTo(1);
    }

    @Test
    void delayBetweenAttemptsShouldEndAlthoughNobodyCancelsTheCall() {
        Retry retry = limits.retry(c -> c.baseDelay(LimitFixture.LIMIT.minusSeconds(1)));
        IOException failure = new IOException("down");
        AtomicReference<CompletableFuture<String>> waiting = new AtomicReference<>();
        AtomicReference<Deadline> scope = new AtomicReference<>();
        CompletableFuture<String> call = limits.timeout(TimeoutThread.WORKER).callAsync(() -> {
            scope.set(Deadline.current());
            waiting.set(retry.callAsync(() -> CompletableFuture.failedFuture(failure)));
            return waiting.get().thenApply(value -> value);
        });
        scope.get().tryStop();
        await().atMost(LimitFixture.LONG).until(() -> waiting.get().isDone());
        assertThat(retry.metrics().totalCancelled()).isEqualTo(1);
        assertThat(retry.metrics().totalRetries()).isZero();
        call.cancel(true);
        assertThat(limits.ticker.scheduledCount()).isZero();
    }
}
