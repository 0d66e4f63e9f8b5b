package io.netrun.resilience.circuitbreaker;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A count that goes up by one with each failure and down with each success, never below 0. A success while it is 0, the usual
 * case by far, writes nothing.
 */
final class FailureCount implements FailureDetector {

    private final int threshold;
    private final int perSuccess;
    private final AtomicInteger count = new AtomicInteger();

    /**
     * A count of zero.
     *
     * @param perSuccess how much a success takes off
     */
    private FailureCount(int threshold, int perSuccess) {
        this.threshold = threshold;
        this.perSuccess = perSuccess;
    }

    /** A success takes one failure off. */
    static FailureCount leaky(int threshold) {
        return new FailureCount(threshold, 1);
    }

    /** A success ends a row of failures. */
    static FailureCount consecutive(int threshold) {
        return new FailureCount(threshold, threshold);
    }

    @Override
    public boolean onEnd(boolean failed, boolean slow) {
        return failed ? onFailure() : onSuccess();
    }

    private boolean onSuccess() {
        int seen;
        do {
            seen = count.get();
            // At the threshold the circuit is opening: a late success must not take back what opened it.
        } while (seen > 0 && seen < threshold && !count.compareAndSet(seen, Math.max(0, seen - perSuccess)));
        return false;
    }

    private boolean onFailure() {
        int seen;
        do {
            seen = count.get();
            if (seen >= threshold) {
                return true;
            }
        } while (!count.compareAndSet(seen, seen + 1));
        return seen + 1 >= threshold;
    }

    @Override
    public int failureCount() {
        return count.get();
    }
}
