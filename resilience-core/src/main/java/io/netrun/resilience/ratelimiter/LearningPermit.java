package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.Permit;

/** The right to begin one call, whose failure the rate limiter learns from. */
record LearningPermit(RateLimiter limiter) implements Permit {

    @Override
    public void onSuccess() {
        // There is nothing to learn from it.
    }

    @Override
    public void onFailure(Throwable failure) {
        limiter.learnFrom(failure);
    }

    @Override
    public void onIgnored() {
        // There is nothing to learn from it.
    }
}
