package io.netrun.resilience;

import static org.awaitility.Awaitility.await;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.test.ManualTicker;
import java.io.IOException;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A policy knows the calls that wait in it. It lets go of each whose wait has ended, however that was. */
class EndedWaitsTests {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTicker ticker = new ManualTicker();

    private final Bulkhead bulkhead = Bulkhead.of(
            "test",
            BulkheadConfig.builder()
                    .maxConcurrent(1)
                    .maxQueue(1)
                    .maxWait(SECOND)
                    .build(),
            ticker);

    private final RateLimiter limiter = RateLimiter.of(
            "test",
            RateLimiterConfig.builder().limit(1).period(SECOND).maxWait(SECOND).build(),
            ticker);

    private final Retry retry = Retry.of(
            "test",
            RetryConfig.builder().maxAttempts(2).baseDelay(SECOND).jitter(false).build(),
            ticker);

    @Test
    void bulkheadShouldNotRetainAGrantedCall() {
        CompletableFuture<String> first = occupy();
        WeakReference<?> call = weak(bulkhead.callAsync(EndedWaitsTests::ended));
        first.complete("done");
        awaitGone(call, bulkhead);
    }

    @Test
    void bulkheadShouldLetGoOfACallThatWaitedTooLong() {
        CompletableFuture<String> first = occupy();
        WeakReference<?> call = weak(bulkhead.callAsync(EndedWaitsTests::ended));
        ticker.advance(SECOND);
        awaitGone(call, bulkhead);
        first.complete("done");
    }

    @Test
    void bulkheadShouldLetGoOfACallThatWaitedTooLongAsItBegan() {
        Bulkhead[] own = new Bulkhead[1];
        Ticker late = new RelayTicker(ticker) {

            /** The time is over before the task is set, as for a thread that was not scheduled for as long. */
            @Override
            public Scheduled schedule(Runnable task, long delayNanos) {
                task.run();
                await().until(() -> own[0].metrics().asyncQueued() == 0);
                return () -> {};
            }
        };
        own[0] = Bulkhead.of(
                "late",
                BulkheadConfig.builder().maxConcurrent(1).maxWait(SECOND).build(),
                late);
        CompletableFuture<String> first = new CompletableFuture<>();
        own[0].callAsync(() -> first);
        CompletableFuture<String> tooLate = own[0].callAsync(EndedWaitsTests::ended);
        await().until(tooLate::isDone);
        WeakReference<?> call = weak(tooLate);
        tooLate = first;
        awaitGone(call, own[0]);
        first.complete("done");
    }

    @Test
    void bulkheadShouldLetGoOfACallThatWasCancelled() {
        CompletableFuture<String> first = occupy();
        WeakReference<?> call = cancelled(bulkhead, EndedWaitsTests::ended);
        awaitGone(call, bulkhead);
        first.complete("done");
    }

    @Test
    void rateLimiterShouldNotRetainAGrantedCall() {
        limiter.run(() -> {});
        WeakReference<?> call = weak(limiter.callAsync(EndedWaitsTests::ended));
        ticker.advance(SECOND);
        awaitGone(call, limiter);
    }

    @Test
    void rateLimiterShouldLetGoOfACallThatWasCancelled() {
        limiter.run(() -> {});
        awaitGone(cancelled(limiter, EndedWaitsTests::ended), limiter);
    }

    @Test
    void retryShouldLetGoOfACallWhoseNextAttemptHasBegun() {
        WeakReference<?> call = weak(retry.callAsync(EndedWaitsTests::failed));
        ticker.advance(SECOND);
        awaitGone(call, retry);
    }

    @Test
    void retryShouldLetGoOfACallThatWasCancelled() {
        awaitGone(cancelled(retry, EndedWaitsTests::failed), retry);
    }

    private CompletableFuture<String> occupy() {
        CompletableFuture<String> running = new CompletableFuture<>();
        bulkhead.callAsync(() -> running);
        return running;
    }

    private static CompletableFuture<String> ended() {
        return CompletableFuture.completedFuture("ended");
    }

    private static CompletableFuture<String> failed() {
        return CompletableFuture.failedFuture(new IOException());
    }

    private static WeakReference<?> weak(CompletableFuture<?> call) {
        return new WeakReference<>(call);
    }

    private static WeakReference<?> cancelled(
            Guard guard, CheckedSupplier<CompletableFuture<String>, RuntimeException> body) {
        CompletableFuture<String> call = guard.callAsync(body);
        call.cancel(true);
        return new WeakReference<>(call);
    }

    /** Until nothing holds the call; the policy is held meanwhile. */
    private static void awaitGone(WeakReference<?> call, Guard policy) {
        await().until(() -> {
            System.gc();
            return call.get() == null;
        });
        Reference.reachabilityFence(policy);
    }
}
