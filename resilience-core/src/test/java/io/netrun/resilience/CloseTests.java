package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.retry.OnExhausted;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.retry.RetryExhaustedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of calls that wait, and of those that do not, when the policies of an application are closed. */
@Timeout(60)
class CloseTests {

    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final IllegalStateException DOWN = new IllegalStateException("down");

    private final ResilienceRegistry registry = ResilienceRegistry.create();
    private final Bulkhead bulkhead = registry.getOrCreate(
            Bulkhead.TYPE, "reports", BulkheadConfig.builder().maxConcurrent(1).build());
    private final RateLimiter limiter = registry.getOrCreate(
            RateLimiter.TYPE,
            "reports",
            RateLimiterConfig.builder()
                    .limit(1)
                    .period(LONG)
                    .maxWait(LONG.multipliedBy(10))
                    .build());
    private final Retry retry = registry.getOrCreate(
            Retry.TYPE,
            "reports",
            RetryConfig.builder().baseDelay(LONG).maxDelay(LONG).build());

    @Test
    void syncCallThatWaitsForAPermitShouldFail() {
        CompletableFuture<String> running = new CompletableFuture<>();
        runInBulkhead(running);
        CompletableFuture<String> waiting = onAThread(() -> bulkhead.call(() -> "late"));
        await().until(() -> bulkhead.metrics().syncQueued() == 1);
        registry.close();
        assertThat(waiting)
                .failsWithin(SOON)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(PolicyShutdownException.class)
                .withMessageContaining("Bulkhead 'reports' has been shut down: waiting for a permit was aborted");
        running.complete("done");
    }

    @Test
    void asyncCallThatWaitsForAPermitShouldFailAndNeverRun() {
        CompletableFuture<String> running = new CompletableFuture<>();
        CompletableFuture<String> first = bulkhead.callAsync(() -> running);
        AtomicInteger calls = new AtomicInteger();
        CompletableFuture<String> waiting =
                bulkhead.callAsync(counted(calls, CompletableFuture.completedFuture("late")));
        registry.close();
        assertThat(waiting).failsWithin(SOON).withThrowableThat().withCauseInstanceOf(PolicyShutdownException.class);
        running.complete("done");
        assertThat(first).isCompletedWithValue("done");
        assertThat(calls).hasValue(0);
        assertThat(bulkhead.metrics().asyncActive()).isZero();
        assertThat(bulkhead.metrics().asyncQueued()).isZero();
    }

    @Test
    void callThatTheClosingEndsShouldCountAsRejected() {
        List<String> heard = new CopyOnWriteArrayList<>();
        bulkhead.onRejected(event -> heard.add(event.name()));
        CompletableFuture<String> running = new CompletableFuture<>();
        bulkhead.callAsync(() -> running);
        CompletableFuture<String> waitingForAPlace = bulkhead.callAsync(() -> running);
        limiter.call(() -> "first");
        CompletableFuture<String> waitingForItsTurn = limiter.callAsync(() -> running);
        registry.close();
        await().until(() -> waitingForAPlace.isDone() && waitingForItsTurn.isDone());
        assertThat(bulkhead.metrics().totalRejected()).isOne();
        assertThat(heard).containsExactly("reports");
        assertThat(limiter.metrics().totalRejected()).isOne();
        running.complete("done");
    }

    @Test
    void syncCallThatWaitsForATokenShouldFail() {
        limiter.call(() -> "first");
        CompletableFuture<String> waiting = onAThread(() -> limiter.call(() -> "late"));
        await().until(() -> limiter.metrics().waiting() == 1);
        registry.close();
        assertThat(waiting).failsWithin(SOON).withThrowableThat().withCauseInstanceOf(PolicyShutdownException.class);
        assertThat(limiter.metrics().waiting()).isZero();
    }

    @Test
    void asyncCallThatWaitsForATokenShouldFailAndNeverRun() {
        limiter.call(() -> "first");
        AtomicInteger calls = new AtomicInteger();
        CompletableFuture<String> waiting =
                limiter.callAsync(counted(calls, CompletableFuture.completedFuture("late")));
        registry.close();
        assertThat(waiting)
                .failsWithin(SOON)
                .withThrowableThat()
                .withMessageContaining("RateLimiter 'reports' has been shut down: waiting for a permit was aborted");
        assertThat(calls).hasValue(0);
        assertThat(limiter.metrics().waiting()).isZero();
    }

    @Test
    void syncCallDuringADelayShouldEndWithTheLastFailure() {
        AtomicInteger calls = new AtomicInteger();
        CompletableFuture<String> waiting = onAThread(() -> retry.call(() -> {
            calls.incrementAndGet();
            throw DOWN;
        }));
        await().until(() -> calls.get() == 1);
        registry.close();
        assertThat(waiting)
                .failsWithin(SOON)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(RetryExhaustedException.class)
                .withMessageStartingWith("Retry 'reports' gave up after 1 attempt: the retry has been shut down: ")
                .withCause(DOWN);
        assertThat(calls).hasValue(1);
    }

    @Test
    void syncCallShouldKeepNoInterruptOfTheClosing() {
        AtomicInteger calls = new AtomicInteger();
        CompletableFuture<Boolean> interrupted = onAThread(() -> {
            assertThatThrownBy(() -> retry.call(() -> {
                        calls.incrementAndGet();
                        throw DOWN;
                    }))
                    .isInstanceOf(RetryExhaustedException.class);
            return Thread.currentThread().isInterrupted();
        });
        await().until(() -> calls.get() == 1);
        registry.close();
        assertThat(interrupted).succeedsWithin(SOON).isEqualTo(false);
    }

    @Test
    void asyncCallDuringADelayShouldEndWithTheLastFailure() {
        AtomicInteger calls = new AtomicInteger();
        CompletableFuture<String> waiting = retry.callAsync(counted(calls, CompletableFuture.failedFuture(DOWN)));
        registry.close();
        assertThat(waiting)
                .failsWithin(SOON)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(RetryExhaustedException.class)
                .withCause(DOWN);
        assertThat(calls).hasValue(1);
        assertThat(retry.metrics().totalExhausted()).isEqualTo(1);
    }

    @Test
    void resultThatIsNotAcceptedShouldBeBetterThanNothing() {
        Retry picky = Retry.of(
                "picky",
                RetryConfig.builder()
                        .baseDelay(LONG)
                        .maxDelay(LONG)
                        .failureResult("bad"::equals)
                        .onExhausted(OnExhausted.RETHROW)
                        .build());
        CompletableFuture<String> waiting = picky.callAsync(() -> CompletableFuture.completedFuture("bad"));
        picky.shutdown();
        assertThat(waiting).succeedsWithin(SOON).isEqualTo("bad");
    }

    @Test
    void callAfterTheClosingShouldRunAndNotWait() {
        registry.close();
        AtomicInteger calls = new AtomicInteger();
        assertThat(bulkhead.call(() -> "done")).isEqualTo("done");
        assertThatThrownBy(() -> retry.call(() -> {
                    calls.incrementAndGet();
                    throw DOWN;
                }))
                .isInstanceOf(RetryExhaustedException.class);
        assertThat(calls).hasValue(1);
        assertThat(retry.callAsync(() -> CompletableFuture.failedFuture(DOWN))).failsWithin(SOON);
        assertThat(limiter.call(() -> "first")).isEqualTo("first");
        assertThatThrownBy(() -> limiter.call(() -> "second")).isInstanceOf(PolicyShutdownException.class);
    }

    @Test
    void instanceThatComesAfterTheClosingShouldBeClosed() {
        registry.close();
        RateLimiter late = registry.getOrCreate(
                RateLimiter.TYPE,
                "late",
                RateLimiterConfig.builder()
                        .limit(1)
                        .period(LONG)
                        .maxWait(LONG.multipliedBy(2))
                        .build());
        late.call(() -> "first");
        assertThatThrownBy(() -> late.call(() -> "second")).isInstanceOf(PolicyShutdownException.class);
    }

    @Test
    void secondClosingShouldDoNothing() {
        CompletableFuture<String> waiting = retry.callAsync(() -> CompletableFuture.failedFuture(DOWN));
        registry.close();
        registry.close();
        assertThat(waiting).failsWithin(SOON);
        assertThat(retry.metrics().totalExhausted()).isEqualTo(1);
    }

    /** Many waits that begin, end and are closed at once: each call ends, and nothing is left behind. */
    @Test
    void callsThatBeginWhileTheirPolicyIsClosedShouldAllEnd() {
        for (int round = 0; round < 200; round++) {
            Retry closing = Retry.of(
                    "closing",
                    RetryConfig.builder().baseDelay(LONG).maxDelay(LONG).build());
            CompletableFuture<String> sync = onAThread(() -> closing.call(() -> {
                throw DOWN;
            }));
            CompletableFuture<String> async = closing.callAsync(() -> CompletableFuture.failedFuture(DOWN));
            closing.shutdown();
            assertThat(sync).failsWithin(SOON);
            assertThat(async).failsWithin(SOON);
        }
    }

    private void runInBulkhead(CompletableFuture<String> until) {
        CountDownLatch begun = new CountDownLatch(1);
        onAThread(() -> bulkhead.call(() -> {
            begun.countDown();
            return until.join();
        }));
        await().until(() -> begun.getCount() == 0);
    }

    private static CheckedSupplier<CompletionStage<String>, RuntimeException> counted(
            AtomicInteger calls, CompletionStage<String> result) {
        return () -> {
            calls.incrementAndGet();
            return result;
        };
    }

    private static <T> CompletableFuture<T> onAThread(Supplier<T> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                result.complete(call.get());
            } catch (Throwable failure) {
                result.completeExceptionally(failure);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return result;
    }
}
