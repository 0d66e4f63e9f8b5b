package io.netrun.resilience.test;

import io.netrun.resilience.fallback.Fallback;

/** Assertions about a fallback. */
public final class FallbackAssert extends PolicyAssert<FallbackAssert, Fallback> {

    FallbackAssert(Fallback actual) {
        super(actual, FallbackAssert.class);
    }

    /** Failed calls that a handler replaced with a result. */
    public FallbackAssert hasRecovered(long expected) {
        return requireEqual("totalRecovered", present().metrics().totalRecovered(), expected);
    }

    /** Failed calls whose handler also failed. */
    public FallbackAssert hasFailed(long expected) {
        return requireEqual("totalFailed", present().metrics().totalFailed(), expected);
    }

    /** Failed calls without a matching handler, or whose handler rethrew the failure it was given. */
    public FallbackAssert hasPassed(long expected) {
        return requireEqual("totalPassed", present().metrics().totalPassed(), expected);
    }
}
