package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.Policy;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterMetrics;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a rate limiter shows to those whose calls it limits.
 *
 * @param limit the calls per period
 * @param remaining the calls that could begin at once
 * @param resetSeconds the seconds until the whole burst is there again, rounded up
 */
public record RateLimitView(int limit, int remaining, long resetSeconds) {

    private static final long ALMOST_A_SECOND = 999_999_999;

    /**
     * The view of the rate limiter in a pipeline; null without one, or while it is switched off or only observes.
     *
     * @param isInstance whether a policy of the pipeline is an instance; otherwise it stands for a family, of which
     *     each call has another instance
     */
    public static @Nullable RateLimitView of(Pipeline pipeline, Predicate<Policy> isInstance) {
        for (Policy policy : pipeline.policies()) {
            if (policy instanceof RateLimiter limiter) {
                return isInstance.test(limiter)
                                && limiter.isEnabled()
                                && limiter.config().mode() == PolicyMode.ENFORCE
                        ? of(limiter)
                        : null;
            }
        }
        return null;
    }

    private static RateLimitView of(RateLimiter limiter) {
        RateLimiterMetrics metrics = limiter.metrics();
        long seconds = limiter.timeUntilFull().plusNanos(ALMOST_A_SECOND).toSeconds();
        return new RateLimitView(metrics.limit(), metrics.available(), seconds);
    }
}
