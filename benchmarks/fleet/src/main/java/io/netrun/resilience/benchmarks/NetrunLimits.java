package io.netrun.resilience.benchmarks;

import io.netrun.resilience.LimitScope;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import java.time.Duration;

/** A bulkhead and a rate limiter that are far from their limits. */
record NetrunLimits(ResilienceRegistry registry, Bulkhead bulkhead, RateLimiter limiter) {

    static NetrunLimits create(LimitScope scope) {
        ResilienceRegistry registry = ResilienceRegistry.create(new FastTicker());
        return new NetrunLimits(
                registry,
                registry.getOrCreate(
                        Bulkhead.TYPE,
                        "database",
                        BulkheadConfig.builder().maxConcurrent(100).scope(scope).build()),
                registry.getOrCreate(
                        RateLimiter.TYPE,
                        "geocoder",
                        RateLimiterConfig.builder()
                                .limit(SharedRateLimit.CALLS)
                                .period(Duration.ofSeconds(1))
                                .scope(scope)
                                .build()));
    }

    void check(Work work) {
        Checks.require(bulkhead.call(work::call) == work.call(), "the bulkhead returns the call's result");
        Checks.require(limiter.call(work::call) == work.call(), "the limiter returns the call's result");
        Checks.require(limiter.metrics().totalAccepted() == 1, "the call is counted");
    }
}
