package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceEvent;
import java.time.Duration;
import java.time.Instant;

/** An event of a rate limiter. */
public sealed interface RateLimiterEvent extends ResilienceEvent {

    @Override
    default PolicyType<?, ?> type() {
        return RateLimiter.TYPE;
    }

    /**
     * A call was rejected. Under overload there are many of these events: keep listeners cheap.
     *
     * @param retryAfter the time after which a call would be admitted
     */
    record Rejected(String name, Instant time, Duration retryAfter) implements RateLimiterEvent {}

    /**
     * Mode observe: a call began that would have been rejected. Under overload there are many of these events: keep
     * listeners cheap.
     *
     * @param retryAfter the time after which a call would not have been rejected
     */
    record WouldReject(String name, Instant time, Duration retryAfter) implements RateLimiterEvent {}
}
