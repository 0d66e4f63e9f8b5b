package io.netrun.resilience.test;

import io.netrun.resilience.fallback.Fallback;

/** Assertions about a fallback. */
public final class FallbackAssert extends PolicyAssert<FallbackAssert, Fallback> {

    FallbackAssert(Fallback actual) {
        super(actual, FallbackAssert.class);
    }

    /** Failed calls whose place a handler took. */
    public FallbackAssert hasRecovered(long expected) {
        return requireEqual("totalRecovered", present().metrics().totalRecovered(), expected);
    }

    /** Failed calls whose handler failed too. */
    public FallbackAssert hasFailed(long expected) {
        return requireEqual("totalFailed", present().metrics().totalFailed(), expected);
    }

    /** Failed calls for which there was no handler, or whose handler threw the very failure that it got. */
    public FallbackAssert hasPassed(long expected) {
        return requireEqual("totalPassed", present().metrics().totalPassed(), expected);
    }
}
