package io.netrun.resilience.test;

import io.netrun.resilience.timeout.Timeout;

/** Assertions about a timeout. */
public final class TimeoutAssert extends PolicyAssert<TimeoutAssert, Timeout> {

    TimeoutAssert(Timeout actual) {
        super(actual, TimeoutAssert.class);
    }

    /** Calls given up because the limit struck. */
    public TimeoutAssert hasTimedOut(long expected) {
        return requireEqual("totalTimedOut", present().metrics().totalTimedOut(), expected);
    }

    /** Calls given up that are still running. */
    public TimeoutAssert hasAbandoned(int expected) {
        return requireEqual("abandoned", present().metrics().abandoned(), expected);
    }
}
