package io.netrun.resilience.circuitbreaker;

import java.util.concurrent.atomic.AtomicInteger;

/** Failures in a row; a success ends the row. */
final class ConsecutiveFailures implements FailureDetector {

    private final int threshold;
    private final AtomicInteger row = new AtomicInteger();

    ConsecutiveFailures(int threshold) {
        this.threshold = threshold;
    }

    @Override
    public boolean onEnd(boolean failed, boolean slow) {
        return failed ? onFailure() : onSuccess();
    }

    private boolean onSuccess() {
        int seen;
        do {
            seen = row.get();
            // A full row opens the circuit: a late success must not take back what opened it.
        } while (seen > 0 && seen < threshold && !row.compareAndSet(seen, 0));
        return false;
    }

    private boolean onFailure() {
        return row.updateAndGet(seen -> Math.min(seen + 1, threshold)) >= threshold;
    }

    @Override
    public int failureCount() {
        return row.get();
    }
}
