package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.CallRejectedException;
import io.netrun.resilience.RetryAfter;
import java.time.Duration;
import java.util.Optional;

/** A call was rejected because the rate was exceeded, and its reservation would have been later than it may wait. */
public final class RateLimitExceededException extends CallRejectedException implements RetryAfter {

    private static final long serialVersionUID = 1L;

    private final int limit;
    private final Duration period;
    private final int burst;
    private final long retryAfterNanos;

    RateLimitExceededException(String name, RateLimiterConfig config, long retryAfterNanos) {
        super(name, null, config.stackTraces());
        this.limit = config.limit();
        this.period = config.period();
        this.burst = config.capacity();
        this.retryAfterNanos = retryAfterNanos;
    }

    /** The time after the rejection until a call would be admitted if no other came first; never empty. */
    @Override
    public Optional<Duration> retryAfter() {
        return Optional.of(Duration.ofNanos(retryAfterNanos));
    }

    /** Built on demand, because most rejections are counted and never printed. */
    @Override
    public String getMessage() {
        return "RateLimiter '" + name() + "' exceeded " + limit + (limit == 1 ? " call" : " calls") + " per "
                + text(period) + (burst == limit ? "" : " (burst " + burst + ")") + "; retry after "
                + text(Duration.ofNanos(retryAfterNanos));
    }
}
