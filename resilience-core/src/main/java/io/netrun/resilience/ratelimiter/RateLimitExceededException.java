package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.CallRejectedException;
import io.netrun.resilience.RetryAfter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Optional;

/**
 * A call was rejected because the rate was exceeded or the rate limiter is paused, and its token would come later than
 * the call may wait.
 */
public final class RateLimitExceededException extends CallRejectedException implements RetryAfter {

    private static final long serialVersionUID = 1L;
    private static final int DECIMALS = 3;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final int limit;
    private final Duration period;
    private final float inForce;
    private final int burst;
    private final long intervalNanos;
    private final long retryAfterNanos;
    private final boolean paused;

    /**
     * A rejection.
     *
     * @param inForce the settings with a lowered rate; the same ones if it is not lowered
     * @param paused whether the rate limiter is paused
     */
    RateLimitExceededException(
            String name, RateLimiterConfig config, RateLimiterConfig inForce, long retryAfterNanos, boolean paused) {
        super(name, null, config.stackTraces());
        this.limit = config.limit();
        this.period = config.period();
        this.inForce = (float) inForce.callsPer(config.period());
        this.burst = inForce.capacity() == inForce.limit() ? limit : inForce.capacity();
        this.intervalNanos = inForce.nanosPerCall();
        this.retryAfterNanos = retryAfterNanos;
        this.paused = paused;
    }

    /** Returns the time after the rejection until a call would be admitted if no other came first; never empty. */
    @Override
    public Optional<Duration> retryAfter() {
        return Optional.of(Duration.ofNanos(retryAfterNanos));
    }

    /** The calls of the limit, and how many of them are in force if they are fewer. */
    private String calls() {
        if (inForce >= limit) {
            return Integer.toString(limit);
        }
        BigDecimal rounded = new BigDecimal(inForce).setScale(DECIMALS, RoundingMode.HALF_UP);
        return rounded.stripTrailingZeros().toPlainString() + " of " + limit;
    }

    /** The rate itself may be far from exceeded: fewer tokens can be saved than it allows in a period, or more. */
    private String usedUp(String rate) {
        String interval = intervalNanos < NANOS_PER_MILLI ? "" : ", one every " + text(Duration.ofNanos(intervalNanos));
        return "has too few tokens left (burst " + burst + interval + ": " + rate + ")";
    }

    /** Built on demand, because most rejections are counted and never printed. */
    @Override
    public String getMessage() {
        if (paused) {
            return "RateLimiter '" + name() + "' is paused; retry after " + text(Duration.ofNanos(retryAfterNanos));
        }
        String rate = calls() + (limit == 1 ? " call" : " calls") + " per " + text(period);
        return "RateLimiter '" + name() + "' " + (burst == limit ? "exceeded " + rate : usedUp(rate)) + "; retry after "
                + text(Duration.ofNanos(retryAfterNanos));
    }
}
