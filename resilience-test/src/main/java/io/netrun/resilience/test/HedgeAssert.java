package io.netrun.resilience.test;

import io.netrun.resilience.hedge.Hedge;

/** Assertions about a hedge. */
public final class HedgeAssert extends PolicyAssert<HedgeAssert, Hedge> {

    HedgeAssert(Hedge actual) {
        super(actual, HedgeAssert.class);
    }

    /** Hedged attempts that are running. */
    public HedgeAssert hasActive(int expected) {
        return requireEqual("active", present().metrics().active(), expected);
    }

    /** Hedged attempts made because the call took longer than the delay. */
    public HedgeAssert hasHedged(long expected) {
        return requireEqual("totalHedged", present().metrics().totalHedged(), expected);
    }

    /** Calls that a hedged attempt completed first. */
    public HedgeAssert hasWon(long expected) {
        return requireEqual("totalWon", present().metrics().totalWon(), expected);
    }

    /** Hedged attempts that were not made because too many were running. */
    public HedgeAssert hasDenied(long expected) {
        return requireEqual("totalDenied", present().metrics().totalDenied(), expected);
    }
}
