package io.netrun.resilience.test;

import io.netrun.resilience.timeout.Timeout;

/** Assertions about a timeout. */
public final class TimeoutAssert extends PolicyAssert<TimeoutAssert, Timeout> {

    TimeoutAssert(Timeout actual) {
        super(actual, TimeoutAssert.class);
    }

    /** Calls whose timeout fired. */
    public TimeoutAssert hasTimedOut(long expected) {
        return requireEqual("totalTimedOut", present().metrics().totalTimedOut(), expected);
    }

    /** Calls that are still running after their timeout fired. */
    public TimeoutAssert hasAbandoned(int expected) {
        return requireEqual("abandoned", present().metrics().abandoned(), expected);
    }
}
