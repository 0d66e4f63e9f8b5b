package io.netrun.resilience.test;

import io.netrun.resilience.ratelimiter.RateLimiter;

/** Assertions about a rate limiter. */
public final class RateLimiterAssert extends PolicyAssert<RateLimiterAssert, RateLimiter> {

    RateLimiterAssert(RateLimiter actual) {
        super(actual, RateLimiterAssert.class);
    }

    /** Calls let in, at once or after a wait, since it was made. */
    public RateLimiterAssert hasAccepted(long expected) {
        return requireEqual("totalAccepted", present().metrics().totalAccepted(), expected);
    }

    /** Calls that were refused since it was made. */
    public RateLimiterAssert hasRejected(long expected) {
        return requireEqual("totalRejected", present().metrics().totalRejected(), expected);
    }
}
