package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.Policy;
import io.netrun.resilience.ratelimiter.RateLimiter;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Passes the answers of a dependency to the rate limiters around it. */
public final class RateLimitAnswers {

    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVICE_UNAVAILABLE = 503;

    private RateLimitAnswers() {}

    /**
     * Lets the rate limiters learn from a response; see {@link RateLimiter#learnFrom(int, Function)}. Never throws.
     *
     * @param policies the policies around the call; others than rate limiters learn nothing
     * @param status the HTTP status of the response
     * @param headers returns the first value of a header by its name
     */
    public static void learn(List<Policy> policies, int status, Function<String, @Nullable String> headers) {
        if (status != TOO_MANY_REQUESTS && status != SERVICE_UNAVAILABLE) {
            return;
        }
        for (Policy policy : policies) {
            if (policy instanceof RateLimiter limiter) {
                limiter.learnFrom(status, headers);
            }
        }
    }
}
