package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.Policy;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterMetrics;
import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a rate limiter shows to those whose calls it limits.
 *
 * @param name the name of the instance
 * @param limit the calls per period
 * @param periodSeconds the period in seconds, rounded up
 * @param remaining the calls that could begin at once
 * @param resetSeconds the seconds until the whole burst is there again, rounded up
 */
public record RateLimitView(String name, int limit, long periodSeconds, int remaining, long resetSeconds) {

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

    /** Seconds, rounded up. */
    private static long seconds(Duration time) {
        long whole = time.toSeconds();
        return time.equals(Duration.ofSeconds(whole)) || whole == Long.MAX_VALUE ? whole : whole + 1;
    }

    private static RateLimitView of(RateLimiter limiter) {
        RateLimiterMetrics metrics = limiter.metrics();
        return new RateLimitView(
                limiter.name(),
                metrics.limit(),
                seconds(metrics.period()),
                metrics.available(),
                seconds(limiter.timeUntilFull()));
    }
}
