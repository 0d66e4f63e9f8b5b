package io.netrun.resilience.test;

import io.netrun.resilience.timeout.Timeout;

/** Assertions about a timeout. */
public final class TimeoutAssert extends PolicyAssert<TimeoutAssert, Timeout> {

    TimeoutAssert(Timeout actual) {
        super(actual, TimeoutAssert.class);
    }

    /** Verifies the number of calls whose timeout fired. */
    public TimeoutAssert hasTimedOut(long expected) {
        return requireEqual("totalTimedOut", present().metrics().totalTimedOut(), expected);
    }

    /** Verifies the number of calls that are still running after their timeout fired. */
    public TimeoutAssert hasAbandoned(int expected) {
        return requireEqual("abandoned", present().metrics().abandoned(), expected);
    }

    /** Verifies the number of calls that ran on and would have timed out, in mode observe. */
    public TimeoutAssert hasWouldTimeOut(long expected) {
        return requireEqual("totalWouldTimeOut", present().metrics().totalWouldTimeOut(), expected);
    }
}
