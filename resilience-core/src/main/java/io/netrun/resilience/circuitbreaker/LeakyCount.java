package io.netrun.resilience.circuitbreaker;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The default detector: +1 per failure, −1 per success, never below 0. A success while the count is 0, the usual case by
 * far, writes nothing.
 */
final class LeakyCount implements FailureDetector {

    private final int threshold;
    private final AtomicInteger count = new AtomicInteger();

    LeakyCount(int threshold) {
        this.threshold = threshold;
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
        } while (seen > 0 && seen < threshold && !count.compareAndSet(seen, seen - 1));
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
