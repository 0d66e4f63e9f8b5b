package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.retry.RetryExhaustedException;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import io.netrun.resilience.timeout.TimeoutExceededException;
import io.netrun.resilience.timeout.TimeoutThread;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

@org.junit.jupiter.api.Timeout(60)
class CombinedPoliciesTests {

    private final ManualTicker ticker = new ManualTicker();
    private final Timeout timeout =
            Timeout.of("t", TimeoutConfig.builder().thread(TimeoutThread.CALLER).build(), ticker);
    private final Bulkhead bulkhead = Bulkhead.of(
            "b", BulkheadConfig.builder().maxConcurrent(1).maxQueue(1).build(), ticker);
    private final Retry retry = Retry.of(
            "r",
            RetryConfig.builder()
                    .baseDelay(Duration.ZERO)
                    .exceptions(IOException.class)
                    .build(),
            ticker);
    private final CircuitBreaker breaker = CircuitBreaker.of(
            "c", CircuitBreakerConfig.builder().failureThreshold(3).build(), ticker);
    private final Pipeline pipeline = Pipeline.of(timeout, bulkhead, retry, breaker);

    @Test
    void timeoutShouldCountAsFailureOfTheBreakerWithin() {
        for (int i = 0; i < 3; i++) {
            CompletableFuture<String> call = pipeline.callAsync(CompletableFuture::new);
            ticker.advance(Duration.ofSeconds(5));
            assertThat(call)
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat()
                    .withCauseInstanceOf(TimeoutExceededException.class);
            await().until(() -> idle());
        }
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.OPEN);
    }

    @Test
    void timeoutShouldKeepAQueuedCallFromEverRunning() {
        CompletableFuture<String> first = new CompletableFuture<>();
        CompletableFuture<String> running = Pipeline.of(bulkhead).callAsync(() -> first);
        AtomicInteger calls = new AtomicInteger();
        CompletableFuture<String> queued = pipeline.callAsync(() -> {
            calls.incrementAndGet();
            return CompletableFuture.completedFuture("x");
        });
        ticker.advance(Duration.ofSeconds(5));
        assertThat(queued).failsWithin(Duration.ofSeconds(10));
        await().until(() -> bulkhead.metrics().asyncQueued() == 0);
        first.complete("done");
        assertThat(running.join()).isEqualTo("done");
        assertThat(calls).hasValue(0);
        assertThat(idle()).isTrue();
    }

    @Test
    void interruptShouldEndASyncPipelineWithTheFlagSet() {
        Throwable thrown = catchThrowable(() -> pipeline.run(() -> {
            Thread.currentThread().interrupt();
            new CountDownLatch(1).await();
        }));
        assertThat(thrown).isInstanceOf(InterruptedException.class);
        assertThat(breaker.metrics().totalCancelled()).isEqualTo(1);
        assertThat(idle()).isTrue();
    }

    @Test
    void interruptOfAnAttemptShouldStayAlthoughAnEarlierOneTimedOut() {
        Retry retriesTimeouts = Retry.of(
                "r",
                RetryConfig.builder()
                        .baseDelay(Duration.ZERO)
                        .exceptions(TimeoutExceededException.class)
                        .build(),
                ticker);
        AtomicInteger attempts = new AtomicInteger();
        assertThatThrownBy(() -> Pipeline.of(retriesTimeouts, timeout).run(() -> {
                    if (attempts.incrementAndGet() == 1) {
                        ticker.advance(Duration.ofSeconds(5));
                        new CountDownLatch(1).await();
                    }
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("interrupted by another thread");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(attempts).hasValue(2);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void callAsyncWhenAnotherThreadCompletesShouldAlwaysEnd() throws Exception {
        Pipeline real = Pipeline.of(
                Retry.of("r", c -> c.baseDelay(Duration.ZERO)),
                CircuitBreaker.of("c", c -> c.failureThreshold(Integer.MAX_VALUE)),
                Timeout.of("t"),
                Bulkhead.of("b", c -> c.maxConcurrent(1_000).maxQueue(20_000)));
        ExecutorService completer = Executors.newSingleThreadExecutor();
        List<CompletableFuture<String>> calls = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            boolean fails = i % 7 == 0;
            calls.add(real.callAsync(() -> {
                CompletableFuture<String> own = new CompletableFuture<>();
                completer.execute(() -> {
                    if (fails) {
                        own.completeExceptionally(new IOException());
                    } else {
                        own.complete("ok");
                    }
                });
                return own;
            }));
        }
        for (CompletableFuture<String> call : calls) {
            catchThrowable(() -> call.get(30, TimeUnit.SECONDS));
            assertThat(call).isDone();
        }
        completer.shutdown();
    }

    @Test
    void pipelineShouldApplyPoliciesOutermostFirst() {
        assertThat(pipeline).hasToString("Pipeline[timeout 't' > bulkhead 'b' > retry 'r' > circuit-breaker 'c']");
        assertThatThrownBy(() -> Pipeline.of(breaker, retry).run(() -> {
                    throw new IOException();
                }))
                .isInstanceOf(RetryExhaustedException.class);
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
    }

    @Test
    void pipelineWhenEmptyShouldMakeTheCallAsItIs() throws Exception {
        assertThat(Pipeline.of().<String, Exception>call(() -> "ok")).isEqualTo("ok");
        assertThat(Pipeline.of().decorate(() -> "ok").get()).isEqualTo("ok");
    }

    @Test
    void callAsyncWhenBodyReturnsNullShouldFailTheFuture() {
        assertThatThrownBy(pipeline.<String>callAsync(() -> null)::join)
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("returned null");
        assertThat(idle()).isTrue();
    }

    /** Nothing is left of any call; an open breaker has its own timer. */
    private boolean idle() {
        int ofBreaker = breaker.state() == CircuitBreaker.State.OPEN ? 1 : 0;
        return ticker.scheduledCount() == ofBreaker
                && bulkhead.metrics().syncActive() + bulkhead.metrics().asyncActive() == 0
                && bulkhead.metrics().asyncQueued() == 0;
    }
}
