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
    private Count sampled;
    private Count seen;

    /** What was counted until a moment: tokens. Those of waiting calls count once; they come or are rejected later. */
    private record Count(long time, long tokens, long rejected, int waiting) {

        static Count of(RateLimiterMetrics metrics, long now) {
            return new Count(
                    now,
                    metrics.totalAcceptedTokens() + metrics.totalRejectedTokens() + metrics.waitingTokens(),
                    metrics.totalRejected(),
                    metrics.waiting());
        }

        /** Tokens per second until a later count. */
        double rate(Count later) {
            return Math.max(0, later.tokens - tokens) * NANOS / Math.max(1, later.time - time);
        }
    }

    SharedRate(RateLimiter limiter, long now) {
        this.limiter = limiter;
        this.sampled = Count.of(limiter.metrics(), now);
        this.seen = sampled;
    }

    @Override
    RateLimiter policy() {
        return limiter;
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
    void sample(long now) {
        Count latest = Count.of(limiter.metrics(), now);
        perSecond.add(sampled.rate(latest));
        sampled = latest;
    }

    @Override
    long wants() {
        return (long) Math.ceil(perSecond.value() * UNITS);
    }

    @Override
    long unserved(long now) {
        Count former = seen;
        seen = Count.of(limiter.metrics(), now);
        boolean served = seen.waiting == 0 && seen.rejected == former.rejected;
        return served ? 0 : (long) Math.ceil(former.rate(seen) * UNITS);
    }

    @Override
    long inUse() {
        return 0;
    }

    @Override
    long leastRoom() {
        return LimitReport.RATE_UNITS;
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
