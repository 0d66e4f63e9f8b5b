package io.netrun.resilience.test;

import io.netrun.resilience.ratelimiter.RateLimiter;

/** Assertions about a rate limiter. */
public final class RateLimiterAssert extends PolicyAssert<RateLimiterAssert, RateLimiter> {

    RateLimiterAssert(RateLimiter actual) {
        super(actual, RateLimiterAssert.class);
    }

    /** Calls admitted since the rate limiter was created, at once or after a wait. */
    public RateLimiterAssert hasAccepted(long expected) {
        return requireEqual("totalAccepted", present().metrics().totalAccepted(), expected);
    }

    /** Tokens available now. */
    public RateLimiterAssert hasAvailable(int expected) {
        return requireEqual("available", present().metrics().available(), expected);
    }

    /** Calls waiting for their reservation. */
    public RateLimiterAssert hasWaiting(int expected) {
        return requireEqual("waiting", present().metrics().waiting(), expected);
    }

    /** Calls rejected since the rate limiter was created. */
    public RateLimiterAssert hasRejected(long expected) {
        return requireEqual("totalRejected", present().metrics().totalRejected(), expected);
    }
}
