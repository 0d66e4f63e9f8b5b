package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.CallRejectedException;
import io.netrun.resilience.RetryAfter;
import java.time.Duration;

/** A call was refused because too many had begun before it, and its turn would have come later than it may wait. */
public final class RateLimitExceededException extends CallRejectedException implements RetryAfter {

    private static final long serialVersionUID = 1L;

    private final int limit;
    private final Duration period;
    private final long retryAfterNanos;

    RateLimitExceededException(String name, RateLimiterConfig config, long retryAfterNanos) {
        super(name, null, config.stackTraces());
        this.limit = config.limit();
        this.period = config.period();
        this.retryAfterNanos = retryAfterNanos;
    }

    /** The time, from the refusal on, after which a call would be let in if no other came before. */
    @Override
    public Duration retryAfter() {
        return Duration.ofNanos(retryAfterNanos);
    }

    /** Made when it is read, because most rejections are counted and never printed. */
    @Override
    public String getMessage() {
        return "RateLimiter '" + name() + "' has let in its " + limit + " calls per " + text(period)
                + "; the next is let in after " + text(retryAfter());
    }
}
