package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.Policy;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.WeightedCall;
import org.jspecify.annotations.Nullable;

/** A call with the number of tokens that it takes from a rate limiter. */
public interface LimitedCall extends WeightedCall {

    /** The most tokens that a call can take, as the instance is configured; unlimited for another policy. */
    static int mostPermits(@Nullable Policy policy) {
        return policy instanceof RateLimiter limiter ? limiter.config().capacity() : Integer.MAX_VALUE;
    }
}
