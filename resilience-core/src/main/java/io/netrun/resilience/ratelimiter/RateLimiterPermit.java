package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.Permit;

/** The right to begin one call, used up as it is granted: nothing is held while the call runs. */
enum RateLimiterPermit implements Permit {
    INSTANCE;

    @Override
    public void onSuccess() {
        // The outcome of the call does not matter.
    }

    @Override
    public void onFailure(Throwable failure) {
        // The outcome of the call does not matter.
    }

    @Override
    public void onIgnored() {
        // The outcome of the call does not matter.
    }
}
