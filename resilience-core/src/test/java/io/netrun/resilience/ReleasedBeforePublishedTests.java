package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryMetrics;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutEvent;
import io.netrun.resilience.timeout.TimeoutExceededException;
import io.netrun.resilience.timeout.TimeoutThread;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a call holds is released before anybody learns of its end, and its end is counted once. */
@org.junit.jupiter.api.Timeout(60)
class ReleasedBeforePublishedTests {

    private final LimitFixture limits = new LimitFixture();
    private final Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(1).maxQueue(0));
    private final CompletableFuture<String> own = new CompletableFuture<>();

    @AfterEach
    void release() {
        limits.release.countDown();
    }

    @RepeatedTest(20)
    void callbackOfALimitShouldFindThePermitReleased() {
        Pipeline pipeline = Pipeline.of(limits.timeout(TimeoutThread.AUTO), bulkhead);
        CompletableFuture<String> next = pipeline.callAsync(() -> own)
                .handle((value, failure) -> pipeline.callAsync(() -> CompletableFuture.completedFuture("next")))
                .thenCompose(call -> call);
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThat(next).succeedsWithin(LimitFixture.LONG).isEqualTo("next");
    }

    @Test
    void callbackOfALimitShouldFindTheCallStoppedAndTheCircuitOpen() {
        CircuitBreaker breaker = CircuitBreaker.of("c", c -> c.failureThreshold(1));
        AtomicReference<Boolean> stopped = new AtomicReference<>();
        CompletableFuture<?> callback = Pipeline.of(limits.timeout(TimeoutThread.AUTO), breaker)
                .callAsync(() -> own)
                .handle((value, failure) -> {
                    stopped.set(own.isCancelled() && breaker.state() == CircuitBreaker.State.OPEN);
                    return null;
                });
        limits.ticker.advance(LimitFixture.LIMIT);
        callback.join();
        assertThat(stopped).hasValue(true);
    }

    @Test
    void attemptAfterALimitShouldFindThePermitOfTheOneBeforeReleased() {
        AtomicInteger attempts = new AtomicInteger();
        Retry retry =
                limits.retry(c -> c.baseDelay(Duration.ZERO).maxAttempts(2).exceptions(TimeoutExceededException.class));
        CompletableFuture<String> call = Pipeline.of(retry, limits.timeout(TimeoutThread.AUTO), bulkhead)
                .callAsync(() ->
                        attempts.incrementAndGet() == 1 ? own : CompletableFuture.completedFuture("second attempt"));
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThat(call).succeedsWithin(LimitFixture.LONG).isEqualTo("second attempt");
    }

    @ParameterizedTest
    @MethodSource("io.netrun.resilience.StoppedCallTests#waysOut")
    void callbackOfACallThatIsLeftShouldFindThePermitReleased(StoppedCallTests.WayOut way) {
        Hedge hedge =
                Hedge.of("h", HedgeConfig.builder().delay(LimitFixture.LIMIT).build(), limits.ticker);
        Retry retry = limits.retry(c -> c);
        Pipeline pipeline = Pipeline.of(retry, hedge, bulkhead);
        CompletableFuture<String> call = pipeline.callAsync(() -> own);
        CompletableFuture<Object> active =
                call.handle((value, failure) -> bulkhead.metrics().asyncActive());
        way.leave(call);
        assertThat(active).isCompletedWithValue(0);
        assertThat(own).isCancelled();
        assertThat(limits.ticker.scheduledCount()).isZero();
    }

    @Test
    void callbackOfTheCallersOwnLimitShouldFindThePermitReleased() {
        CompletableFuture<Integer> active = bulkhead.callAsync(() -> own)
                .orTimeout(1, TimeUnit.MILLISECONDS)
                .handle((value, failure) -> bulkhead.metrics().asyncActive());
        assertThat(active).succeedsWithin(LimitFixture.LONG).isEqualTo(0);
        assertThat(own).isCancelled();
    }

    @Test
    void callbackThatBlocksShouldNotDelayTheStopOfTheCall() {
        CompletableFuture<String> call =
                Pipeline.of(limits.timeout(TimeoutThread.AUTO)).callAsync(() -> own);
        call.whenComplete((value, failure) -> limits.hangDeaf());
        limits.ticker.advance(LimitFixture.LIMIT);
        LimitFixture.awaitLatch(limits.running);
        assertThat(own).isCancelled();
    }

    @Test
    void nextSyncCallShouldFindThePermitReleasedAndTheCircuitOpen() {
        CircuitBreaker breaker = CircuitBreaker.of("c", c -> c.failureThreshold(1));
        Timeout timeout = limits.timeout(TimeoutThread.CALLER);
        AtomicReference<String> seen = new AtomicReference<>();
        limits.exceed(() -> {
            try {
                Pipeline.of(timeout, bulkhead, breaker).run(limits::hang);
            } catch (TimeoutExceededException expected) {
                seen.set(breaker.state() + " " + bulkhead.metrics().syncActive());
            }
        });
        assertThat(seen).hasValue("OPEN 0");
    }

    // ---- one end, counted once

    @RepeatedTest(50)
    void limitShouldBeCountedOnlyIfItWon() throws Exception {
        Timeout timeout = limits.timeout(TimeoutThread.AUTO);
        List<TimeoutEvent> events = new CopyOnWriteArrayList<>();
        timeout.on(TimeoutEvent.class, events::add);
        CompletableFuture<String> call = timeout.callAsync(() -> own);
        race(() -> limits.ticker.advance(LimitFixture.LIMIT), () -> own.complete("in time"));
        Throwable thrown = catchThrowable(() -> call.get(20, TimeUnit.SECONDS));
        int exceeded = thrown == null ? 0 : 1;
        await().until(() -> events.size() == exceeded);
        assertThat(timeout.metrics().totalTimedOut()).isEqualTo(exceeded);
        assertThat(limits.ticker.scheduledCount()).isZero();
    }

    @RepeatedTest(50)
    void callShouldBeCountedOnceThoughItIsCancelledAsItFails() throws Exception {
        Retry retry = limits.retry(c -> c.maxAttempts(1));
        CircuitBreaker breaker = CircuitBreaker.of("c");
        CompletableFuture<String> call = Pipeline.of(retry, breaker).callAsync(() -> own);
        race(() -> own.completeExceptionally(new IOException()), () -> call.cancel(true));
        RetryMetrics metrics = retry.metrics();
        assertThat(metrics.totalCancelled() + metrics.totalExhausted() + metrics.totalNotRetried())
                .isEqualTo(1);
        assertThat(breaker.metrics().totalCancelled() + breaker.metrics().totalFailed())
                .isEqualTo(1);
    }

    @RepeatedTest(50)
    void retryShouldBeCountedOnceThoughItIsCancelledAsItsDelayEnds() throws Exception {
        Retry retry = limits.retry(c -> c.maxAttempts(2).baseDelay(Duration.ofSeconds(1)));
        CompletableFuture<String> call = retry.callAsync(() -> CompletableFuture.failedFuture(new IOException()));
        race(() -> limits.ticker.advance(Duration.ofSeconds(1)), () -> call.cancel(true));
        assertThat(catchThrowable(() -> call.get(20, TimeUnit.SECONDS))).isNotNull();
        RetryMetrics metrics = retry.metrics();
        assertThat(metrics.totalCancelled() + metrics.totalExhausted()).isEqualTo(1);
    }

    private static void race(Runnable one, Runnable other) throws InterruptedException {
        CountDownLatch start = new CountDownLatch(1);
        Thread rival = new Thread(() -> {
            LimitFixture.awaitLatchSpinning(start);
            one.run();
        });
        rival.start();
        start.countDown();
        other.run();
        rival.join(20_000);
        assertThat(rival.isAlive()).isFalse();
    }
}
