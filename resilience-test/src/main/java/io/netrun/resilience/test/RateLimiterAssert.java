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

    /** Tokens that are there. */
    public RateLimiterAssert hasAvailable(int expected) {
        return requireEqual("available", present().metrics().available(), expected);
    }

    /** Calls that wait for their turn. */
    public RateLimiterAssert hasWaiting(int expected) {
        return requireEqual("waiting", present().metrics().waiting(), expected);
    }

    /** Calls that were refused since it was made. */
    public RateLimiterAssert hasRejected(long expected) {
        return requireEqual("totalRejected", present().metrics().totalRejected(), expected);
    }
}
