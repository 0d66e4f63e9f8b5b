package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceEvent;
import java.time.Duration;
import java.time.Instant;

/** Something that happened in a rate limiter. */
public sealed interface RateLimiterEvent extends ResilienceEvent {

    @Override
    default PolicyType<?, ?> type() {
        return RateLimiter.TYPE;
    }

    /**
     * A call was refused. Under overload these are many: listen with care.
     *
     * @param retryAfter when another try would be let in
     */
    record Rejected(String name, Instant time, Duration retryAfter) implements RateLimiterEvent {}
}
