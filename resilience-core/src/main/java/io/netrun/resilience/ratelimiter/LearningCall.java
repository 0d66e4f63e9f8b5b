package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.RelayFuture;
import org.jspecify.annotations.Nullable;

/** An asynchronous call whose failure the rate limiter learns from before its caller knows of it. */
final class LearningCall<T extends @Nullable Object> extends RelayFuture<T> {

    private final RateLimiter limiter;

    LearningCall(RateLimiter limiter) {
        this.limiter = limiter;
    }

    @Override
    protected void onInnerEnd(T value, @Nullable Throwable failure) {
        if (failure != null) {
            limiter.learnFrom(failure);
        }
    }
}
