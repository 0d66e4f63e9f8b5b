package io.netrun.resilience.test;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadMetrics;

/** Assertions about a bulkhead. */
public final class BulkheadAssert extends PolicyAssert<BulkheadAssert, Bulkhead> {

    BulkheadAssert(Bulkhead actual) {
        super(actual, BulkheadAssert.class);
    }

    /** Verifies that no call runs or waits: every permit has been released. */
    public BulkheadAssert isIdle() {
        return hasActive(0).hasQueued(0);
    }

    /** Verifies the number of running calls, sync and asynchronous together. */
    public BulkheadAssert hasActive(int expected) {
        BulkheadMetrics metrics = present().metrics();
        return requireEqual("active", metrics.syncActive() + metrics.asyncActive(), expected);
    }

    /** Verifies the number of calls that wait for a permit, sync and asynchronous together. */
    public BulkheadAssert hasQueued(int expected) {
        BulkheadMetrics metrics = present().metrics();
        return requireEqual("queued", metrics.syncQueued() + metrics.asyncQueued(), expected);
    }

    /** Verifies the number of calls admitted since the bulkhead was created. */
    public BulkheadAssert hasAccepted(long expected) {
        return requireEqual("totalAccepted", present().metrics().totalAccepted(), expected);
    }

    /** Verifies the number of calls rejected since the bulkhead was created. */
    public BulkheadAssert hasRejected(long expected) {
        return requireEqual("totalRejected", present().metrics().totalRejected(), expected);
    }

    /** Verifies the number of calls that passed and would have waited, in mode observe. */
    public BulkheadAssert hasWouldWait(long expected) {
        return requireEqual("totalWouldWait", present().metrics().totalWouldWait(), expected);
    }

    /** Verifies the number of calls that passed and would have been rejected, in mode observe. */
    public BulkheadAssert hasWouldReject(long expected) {
        return requireEqual("totalWouldReject", present().metrics().totalWouldReject(), expected);
    }
}
