package io.netrun.resilience.test;

import io.netrun.resilience.hedge.Hedge;
import java.time.Duration;

/** Assertions about a hedge. */
public final class HedgeAssert extends PolicyAssert<HedgeAssert, Hedge> {

    HedgeAssert(Hedge actual) {
        super(actual, HedgeAssert.class);
    }

    /** Verifies the number of hedged attempts that are running. */
    public HedgeAssert hasActive(int expected) {
        return requireEqual("active", present().metrics().active(), expected);
    }

    /** Verifies the number of hedged attempts made because the call took longer than the delay. */
    public HedgeAssert hasHedged(long expected) {
        return requireEqual("totalHedged", present().metrics().totalHedged(), expected);
    }

    /** Verifies the number of calls that a hedged attempt completed first. */
    public HedgeAssert hasWon(long expected) {
        return requireEqual("totalWon", present().metrics().totalWon(), expected);
    }

    /** Verifies the number of hedged attempts that were not made because too many were running. */
    public HedgeAssert hasDenied(long expected) {
        return requireEqual("totalDenied", present().metrics().totalDenied(), expected);
    }

    /** Verifies how long an attempt may take now before another one starts. */
    public HedgeAssert hasDelay(Duration expected) {
        return requireEqual("delay", present().metrics().delay(), expected);
    }
}
