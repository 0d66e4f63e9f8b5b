package io.netrun.resilience.test;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;

/**
 * AssertJ assertions about instances, for a static import: {@code assertThat(breaker).isOpen().hasRejected(1)}. Each looks at
 * one snapshot when it is called; where calls run on other threads, wait for them first.
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
}
