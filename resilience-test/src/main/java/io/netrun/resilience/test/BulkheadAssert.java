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

    /** Calls running, sync and async together. */
    public BulkheadAssert hasActive(int expected) {
        BulkheadMetrics metrics = present().metrics();
        return requireEqual("active", metrics.syncActive() + metrics.asyncActive(), expected);
    }

    /** Calls waiting for a permit, sync and async together. */
    public BulkheadAssert hasQueued(int expected) {
        BulkheadMetrics metrics = present().metrics();
        return requireEqual("queued", metrics.syncQueued() + metrics.asyncQueued(), expected);
    }

    /** Calls admitted since the bulkhead was created. */
    public BulkheadAssert hasAccepted(long expected) {
        return requireEqual("totalAccepted", present().metrics().totalAccepted(), expected);
    }

    /** Calls rejected since the bulkhead was created. */
    public BulkheadAssert hasRejected(long expected) {
        return requireEqual("totalRejected", present().metrics().totalRejected(), expected);
    }
}
