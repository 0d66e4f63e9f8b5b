package io.netrun.resilience.ratelimiter;

/** Whether a rate limiter learns from the answers of its dependency. */
public enum Learning {
    /** It does not. */
    NONE,
    /**
     * An answer with status 429 or 503 pauses the rate limiter for the time that it asks for: by {@code Retry-After},
     * or else by the {@code RateLimit} fields of an answer that leaves no further request. So does a failure of the
     * call that is a {@link io.netrun.resilience.RetryAfter}.
     */
    RETRY_AFTER
}
