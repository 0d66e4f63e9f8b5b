package io.netrun.resilience.test;

import io.netrun.resilience.ratelimiter.RateLimiter;
import java.time.Duration;

/** Assertions about a rate limiter. */
public final class RateLimiterAssert extends PolicyAssert<RateLimiterAssert, RateLimiter> {

    RateLimiterAssert(RateLimiter actual) {
        super(actual, RateLimiterAssert.class);
    }

    /** Verifies the number of calls admitted since the rate limiter was created, at once or after a wait. */
    public RateLimiterAssert hasAccepted(long expected) {
        return requireEqual("totalAccepted", present().metrics().totalAccepted(), expected);
    }

    /** Verifies the number of tokens that the admitted calls have taken since the rate limiter was created. */
    public RateLimiterAssert hasAcceptedTokens(long expected) {
        return requireEqual("totalAcceptedTokens", present().metrics().totalAcceptedTokens(), expected);
    }

    /** Verifies the number of available tokens. */
    public RateLimiterAssert hasAvailable(int expected) {
        return requireEqual("available", present().metrics().available(), expected);
    }

    /** Verifies the number of calls that wait for their reserved token. */
    public RateLimiterAssert hasWaiting(int expected) {
        return requireEqual("waiting", present().metrics().waiting(), expected);
    }

    /** Verifies the number of calls rejected since the rate limiter was created. */
    public RateLimiterAssert hasRejected(long expected) {
        return requireEqual("totalRejected", present().metrics().totalRejected(), expected);
    }

    /** Verifies the number of calls that passed and would have waited, in mode observe. */
    public RateLimiterAssert hasWouldWait(long expected) {
        return requireEqual("totalWouldWait", present().metrics().totalWouldWait(), expected);
    }

    /** Verifies the number of calls that passed and would have been rejected, in mode observe. */
    public RateLimiterAssert hasWouldReject(long expected) {
        return requireEqual("totalWouldReject", present().metrics().totalWouldReject(), expected);
    }

    /** Verifies how long a pause of the rate limiter still lasts; zero for none. */
    public RateLimiterAssert isPausedFor(Duration expected) {
        return requireEqual("pausedFor", present().metrics().pausedFor(), expected);
    }
}
