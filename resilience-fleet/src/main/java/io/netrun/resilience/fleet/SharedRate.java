package io.netrun.resilience.fleet;

import io.netrun.resilience.Require;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.ratelimiter.RateLimiterMetrics;

/** A rate limiter whose limit is shared. The unit is a millionth of a call per second. */
final class SharedRate extends SharedLimit {

    private static final double UNITS = LimitReport.RATE_UNITS;
    private static final double NANOS = 1_000_000_000;

    private final RateLimiter limiter;
    private final Demand perSecond = new Demand();
    private long measuredAt;
    private long calls;

    SharedRate(RateLimiter limiter, long now) {
        this.limiter = limiter;
        this.measuredAt = now;
        this.calls = calls(limiter.metrics());
    }

    @Override
    RateLimiter policy() {
        return limiter;
    }

    /** Calls that wait are demand, too; they are counted once, because they are accepted or rejected later. */
    private static long calls(RateLimiterMetrics metrics) {
        return metrics.totalAccepted() + metrics.totalRejected() + metrics.waiting();
    }

    @Override
    long limit() {
        RateLimiterConfig config = limiter.config();
        return Math.max(1, Math.round(config.limit() * UNITS / seconds(config)));
    }

    private static double seconds(RateLimiterConfig config) {
        return Require.nanos(config.period()) / NANOS;
    }

    @Override
    void measure(long now) {
        long latest = calls(limiter.metrics());
        double seconds = Math.max(1, now - measuredAt) / NANOS;
        perSecond.add(Math.max(0, latest - calls) / seconds);
        measuredAt = now;
        calls = latest;
    }

    @Override
    LimitReport report() {
        long limit = limit();
        long wants = Math.min(limit, (long) Math.ceil(perSecond.value() * UNITS));
        long allowance = Math.min(limit, (long) (HEADROOM * wants + UNITS));
        return new LimitReport(RateLimiter.TYPE.key(), limiter.name(), limit, wants, allowance, has(), 0);
    }

    @Override
    void limitTo(long amount) {
        RateLimiterConfig config = limiter.config();
        limiter.limitTo(amount >= limit() ? config.limit() : amount / UNITS * seconds(config));
    }

    @Override
    void lift() {
        limiter.limitTo(Double.POSITIVE_INFINITY);
    }
}
