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
     * @param retryAfter the time after which a call would not have been rejected; zero for one that asks for more
     *     permits than there can be
     */
    record WouldReject(String name, Instant time, Duration retryAfter) implements RateLimiterEvent {}

    /**
     * A pause began: until it is over, no call begins. It may be lengthened, which is no further event.
     *
     * @param duration the time until its end
     */
    record Paused(String name, Instant time, Duration duration) implements RateLimiterEvent {}

    /** A pause ended: calls begin again, at the rate of the limit. */
    record Resumed(String name, Instant time) implements RateLimiterEvent {}

    /**
     * Mode observe: a pause would have begun.
     *
     * @param duration the time until its end
     */
    record WouldPause(String name, Instant time, Duration duration) implements RateLimiterEvent {}
}
