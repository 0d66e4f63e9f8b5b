package io.netrun.resilience.test;

import io.netrun.resilience.hedge.Hedge;

/** Assertions about a hedge. */
public final class HedgeAssert extends PolicyAssert<HedgeAssert, Hedge> {

    HedgeAssert(Hedge actual) {
        super(actual, HedgeAssert.class);
    }

    /** Attempts that run beyond one for each call. */
    public HedgeAssert hasActive(int expected) {
        return requireEqual("active", present().metrics().active(), expected);
    }

    /** Attempts made beside one that took long. */
    public HedgeAssert hasHedged(long expected) {
        return requireEqual("totalHedged", present().metrics().totalHedged(), expected);
    }

    /** Calls that ended with the result of such an attempt. */
    public HedgeAssert hasWon(long expected) {
        return requireEqual("totalWon", present().metrics().totalWon(), expected);
    }

    /** Such attempts that were not made because too many were running. */
    public HedgeAssert hasDenied(long expected) {
        return requireEqual("totalDenied", present().metrics().totalDenied(), expected);
    }
}
