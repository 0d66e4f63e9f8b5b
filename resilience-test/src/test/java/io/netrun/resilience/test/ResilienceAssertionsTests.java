package io.netrun.resilience.test;

import static io.netrun.resilience.test.ResilienceAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreakerEvent;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.retry.RetryEvent;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ResilienceAssertionsTests {

    private final ManualTicker ticker = new ManualTicker();

    private final CircuitBreaker breaker = CircuitBreaker.of(
            "payments",
            CircuitBreakerConfig.builder()
                    .failureThreshold(1)
                    .successThreshold(1)
                    .build(),
            ticker);

    @Test
    void circuitBreakerShouldBeSeenInEachOfItsStates() {
        assertThat(breaker).isClosed().hasFailureCount(0).isEnabled();
        fail(breaker);
        assertThat(breaker).isOpen().hasFailed(1);
        catchThrowable(() -> breaker.run(() -> {}));
        assertThat(breaker).hasRejected(1);
        ticker.advance(Duration.ofMinutes(1));
        breaker.run(() -> assertThat(breaker).isHalfOpen());
        assertThat(breaker).isClosed().hasSucceeded(1);
        breaker.forceOpen();
        assertThat(breaker).isForcedOpen();
        breaker.disable();
        assertThat(breaker).isDisabled();
        breaker.setEnabled(false);
        assertThat(breaker).isNotEnabled();
    }

    @Test
    void failedAssertionShouldNameTheInstanceAndShowItsCounts() {
        assertThatThrownBy(() -> assertThat(breaker).isOpen())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("circuit-breaker 'payments': expected state to be OPEN, but it is CLOSED")
                .hasMessageContaining("totalRejected=0");
    }

    @Test
    void bulkheadShouldShowRunningAndWaitingCalls() {
        Bulkhead bulkhead = Bulkhead.of("search", c -> c.maxConcurrent(1).maxQueue(1));
        CompletableFuture<String> running = bulkhead.callAsync(CompletableFuture::new);
        CompletableFuture<String> waiting = bulkhead.callAsync(CompletableFuture::new);
        bulkhead.callAsync(CompletableFuture::new);
        assertThat(bulkhead).hasActive(1).hasQueued(1).hasRejected(1);
        assertThatThrownBy(() -> assertThat(bulkhead).isIdle()).isInstanceOf(AssertionError.class);
        waiting.cancel(true);
        running.cancel(true);
        assertThat(bulkhead).isIdle().hasAccepted(1);
    }

    @Test
    void retryShouldShowItsRetriesAndTheirEnd() {
        Retry retry = Retry.of("search", RetryConfig.builder().maxAttempts(2).build(), ticker);
        fail(retry);
        assertThat(retry).hasRetries(1).hasExhausted(1).hasRecovered(0);
        org.assertj.core.api.Assertions.assertThat(ticker.sleeps()).hasSize(1);
    }

    @Test
    void timeoutShouldShowTimedOutCalls() {
        Timeout timeout = Timeout.of("search", TimeoutConfig.defaults(), ticker);
        timeout.callAsync(CompletableFuture::new);
        assertThat(timeout).hasTimedOut(0).hasAbandoned(0);
    }

    @Test
    void rateLimiterShouldShowAcceptedAndRejectedCalls() {
        RateLimiter limiter = RateLimiter.of("search", c -> c.limit(1).period(Duration.ofHours(1)));
        limiter.run(() -> {});
        catchThrowable(() -> limiter.run(() -> {}));
        assertThat(limiter)
                .hasAccepted(1)
                .hasRejected(1)
                .hasAvailable(0)
                .hasWaiting(0)
                .isPausedFor(Duration.ZERO);
        RateLimiter paused = RateLimiter.of("search", RateLimiterConfig.defaults(), ticker);
        paused.pauseFor(Duration.ofSeconds(5));
        assertThat(paused).isPausedFor(Duration.ofSeconds(5));
    }

    @Test
    void policiesInADryRunShouldShowWhatTheyWouldDo() {
        RateLimiter limiter = RateLimiter.of(
                "search", c -> c.limit(1).period(Duration.ofHours(1)).mode(PolicyMode.OBSERVE));
        limiter.run(() -> {});
        limiter.run(() -> {});
        assertThat(limiter)
                .hasAccepted(2)
                .hasAcceptedTokens(2)
                .hasRejected(0)
                .hasWouldReject(1)
                .hasWouldWait(0);
        Bulkhead bulkhead = Bulkhead.of("search", c -> c.maxConcurrent(1).mode(PolicyMode.OBSERVE));
        bulkhead.run(() -> bulkhead.run(() -> {}));
        assertThat(bulkhead).isIdle().hasWouldWait(1).hasWouldReject(0);
        breaker.reconfigure(c -> c.toBuilder().mode(PolicyMode.OBSERVE).build());
        fail(breaker);
        breaker.run(() -> {});
        assertThat(breaker).isOpen().hasRejected(0).hasWouldReject(1);
        Timeout timeout = Timeout.of(
                "search", TimeoutConfig.builder().mode(PolicyMode.OBSERVE).build(), ticker);
        timeout.run(() -> ticker.advance(Duration.ofSeconds(4)));
        assertThat(timeout).hasWouldTimeOut(0);
    }

    @Test
    void fallbackShouldShowTheOutcomesOfFailures() {
        Fallback fallback = Fallback.of("search", c -> c.handle(IllegalStateException.class, failure -> "cached"));
        fail(fallback);
        catchThrowable(() -> fallback.run(() -> {
            throw new IllegalArgumentException();
        }));
        assertThat(fallback).hasRecovered(1).hasPassed(1).hasFailed(0);
    }

    @Test
    void hedgeShouldShowItsFurtherAttempts() {
        Hedge hedge = Hedge.of("search", HedgeConfig.defaults(), ticker);
        hedge.callAsync(() -> CompletableFuture.completedFuture("quick"));
        assertThat(hedge).hasActive(0).hasHedged(0).hasWon(0).hasDenied(0).hasDelay(java.time.Duration.ofMillis(500));
    }

    @Test
    void eventsShouldBeSeenByKindAndInTheirOrder() {
        Retry retry = Retry.of("search", RetryConfig.builder().maxAttempts(2).build(), ticker);
        try (RecordedEvents events = RecordedEvents.of(retry, breaker)) {
            assertThat(events).isEmpty();
            fail(retry);
            breaker.forceOpen();
            assertThat(events)
                    .hasExactly(
                            RetryEvent.Retrying.class,
                            RetryEvent.Exhausted.class,
                            CircuitBreakerEvent.StateChanged.class)
                    .has(1, RetryEvent.Exhausted.class);
            assertThat(retry).hasDenied(0);
            assertThatThrownBy(() -> assertThat(events).has(2, RetryEvent.Retrying.class))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("expected 2 events of kind Retrying, but there are 1");
            assertThatThrownBy(() -> assertThat(events).hasExactly(RetryEvent.Retrying.class))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("expected events [Retrying]");
        }
    }

    private static void fail(io.netrun.resilience.Policy policy) {
        catchThrowable(() -> policy.run(() -> {
            throw new IllegalStateException("down");
        }));
    }
}
