package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.retry.RetryExhaustedException;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Calls that would need a timer when none can be set: each of them ends, and nothing of what they held is lost. */
@org.junit.jupiter.api.Timeout(30)
class NoTimerTests {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTicker time = new ManualTicker();
    private final Ticker ticker = new TimerlessTicker(time);
    private final AtomicInteger runs = new AtomicInteger();

    @Test
    void syncCallThatWouldWaitForAPermitShouldLeaveTheQueue() throws Exception {
        Bulkhead bulkhead = bulkhead();
        bulkhead.run(() ->
                assertThatThrownBy(() -> bulkhead.run(runs::incrementAndGet)).isInstanceOf(OutOfMemoryError.class));
        assertThat(bulkhead.metrics().syncQueued()).isZero();
        assertThat(bulkhead.metrics().syncActive()).isZero();
        assertThat(runs).hasValue(0);
    }

    @Test
    void asyncCallThatWouldWaitForAPermitShouldLeaveTheQueue() {
        Bulkhead bulkhead = bulkhead();
        CompletableFuture<String> first = new CompletableFuture<>();
        CompletableFuture<String> running = bulkhead.callAsync(() -> first);
        assertFailedForWantOfATimer(bulkhead.callAsync(this::counted));
        first.complete("done");
        assertThat(running).isCompletedWithValue("done");
        assertThat(bulkhead.metrics().asyncQueued()).isZero();
        assertThat(bulkhead.metrics().asyncActive()).isZero();
        assertThat(runs).hasValue(0);
    }

    @Test
    void asyncCallThatWouldWaitForATokenShouldReturnIt() {
        RateLimiter limiter = RateLimiter.of(
                "test",
                RateLimiterConfig.builder()
                        .limit(1)
                        .period(SECOND)
                        .maxWait(SECOND)
                        .build(),
                ticker);
        limiter.callAsync(this::counted);
        assertFailedForWantOfATimer(limiter.callAsync(this::counted));
        assertThat(limiter.metrics().waiting()).isZero();
        time.advance(SECOND);
        assertThat(limiter.callAsync(this::counted))
                .succeedsWithin(Duration.ofSeconds(20))
                .isEqualTo("result");
        assertThat(runs).hasValue(2);
    }

    @Test
    void asyncCallBeforeADelayShouldEndWithTheLastFailure() {
        Retry retry = Retry.of("test", RetryConfig.builder().baseDelay(SECOND).build(), ticker);
        CompletableFuture<String> call = retry.callAsync(() -> {
            runs.incrementAndGet();
            return CompletableFuture.failedFuture(new IOException("the first"));
        });
        assertThatThrownBy(call::join)
                .cause()
                .isInstanceOf(RetryExhaustedException.class)
                .hasMessageContaining("no timer")
                .hasRootCauseMessage("the first");
        assertThat(runs).hasValue(1);
        assertThat(retry.metrics().totalExhausted()).isOne();
    }

    @Test
    void asyncCallWhoseTimeCannotBeLimitedShouldBeCancelled() {
        Timeout timeout =
                Timeout.of("test", TimeoutConfig.builder().duration(SECOND).build(), ticker);
        CompletableFuture<String> body = new CompletableFuture<>();
        assertFailedForWantOfATimer(timeout.callAsync(() -> body));
        assertThat(body).isCancelled();
    }

    @Test
    void syncCallWhoseTimeCannotBeLimitedShouldNotBegin() {
        Timeout timeout =
                Timeout.of("test", TimeoutConfig.builder().duration(SECOND).build(), ticker);
        assertThatThrownBy(() -> timeout.run(runs::incrementAndGet)).isInstanceOf(OutOfMemoryError.class);
        assertThat(runs).hasValue(0);
    }

    @Test
    void hedgedCallShouldGoOnAlone() {
        CompletableFuture<String> body = new CompletableFuture<>();
        CompletableFuture<String> call = hedge().callAsync(() -> body);
        body.complete("result");
        assertThat(call).isCompletedWithValue("result");
    }

    @Test
    void hedgedSyncCallShouldGoOnAlone() throws Exception {
        assertThat(hedge().call(() -> "result")).isEqualTo("result");
    }

    private Hedge hedge() {
        return Hedge.of("test", HedgeConfig.builder().delay(SECOND).build(), ticker);
    }

    private Bulkhead bulkhead() {
        return Bulkhead.of(
                "test",
                BulkheadConfig.builder().maxConcurrent(1).maxWait(SECOND).build(),
                ticker);
    }

    private CompletableFuture<String> counted() {
        runs.incrementAndGet();
        return CompletableFuture.completedFuture("result");
    }

    private static void assertFailedForWantOfATimer(CompletableFuture<?> call) {
        assertThat(call).isCompletedExceptionally();
        assertThatThrownBy(call::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(OutOfMemoryError.class);
    }
}
