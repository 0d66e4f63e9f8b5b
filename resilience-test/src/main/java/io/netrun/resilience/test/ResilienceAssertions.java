package io.netrun.resilience.test;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;

/**
 * AssertJ assertions about instances and their events, for a static import:
 * {@code assertThat(breaker).isOpen().hasRejected(1)}. Each assertion checks one snapshot. If calls run on other
 * threads, wait for them first.
 */
public final class ResilienceAssertions {

    private ResilienceAssertions() {}

    public static CircuitBreakerAssert assertThat(CircuitBreaker actual) {
        return new CircuitBreakerAssert(actual);
    }

    public static BulkheadAssert assertThat(Bulkhead actual) {
        return new BulkheadAssert(actual);
    }

    public static RetryAssert assertThat(Retry actual) {
        return new RetryAssert(actual);
    }

    public static TimeoutAssert assertThat(Timeout actual) {
        return new TimeoutAssert(actual);
    }

    public static RateLimiterAssert assertThat(RateLimiter actual) {
        return new RateLimiterAssert(actual);
    }

    public static FallbackAssert assertThat(Fallback actual) {
        return new FallbackAssert(actual);
    }

    public static HedgeAssert assertThat(Hedge actual) {
        return new HedgeAssert(actual);
    }

    public static RecordedEventsAssert assertThat(RecordedEvents actual) {
        return new RecordedEventsAssert(actual);
    }
}
