package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.Permit;

/** The right to begin one call, which is used up by being given: nothing is held while the call runs. */
enum RateLimiterPermit implements Permit {
    INSTANCE;

    @Override
    public void onSuccess() {
        // How the call ends does not matter.
    }

    @Override
    public void onFailure(Throwable failure) {
        // How the call ends does not matter.
    }

    @Override
    public void onIgnored() {
        // How the call ends does not matter.
    }
}
