package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.CallRejectedException;
import io.netrun.resilience.RetryAfter;
import java.time.Duration;
import java.util.Optional;

/** A call was refused because too many had begun before it, and its turn would have come later than it may wait. */
public final class RateLimitExceededException extends CallRejectedException implements RetryAfter {

    private static final long serialVersionUID = 1L;

    private final int burst;
    private final long nanosPerCall;
    private final long retryAfterNanos;

    RateLimitExceededException(String name, RateLimiterConfig config, long retryAfterNanos) {
        super(name, null, config.stackTraces());
        this.burst = config.capacity();
        this.nanosPerCall = config.nanosPerCall();
        this.retryAfterNanos = retryAfterNanos;
    }

    /** The time, from the rejection on, after which a call would be admitted if no other came before; never empty. */
    @Override
    public Optional<Duration> retryAfter() {
        return Optional.of(Duration.ofNanos(retryAfterNanos));
    }

    /** Made when it is read, because most rejections are counted and never printed. */
    @Override
    public String getMessage() {
        return "RateLimiter '" + name() + "' has no permit left (burst " + burst + ", one every "
                + text(Duration.ofNanos(nanosPerCall)) + "); retry after " + text(Duration.ofNanos(retryAfterNanos));
    }
}
