package io.netrun.resilience.circuitbreaker;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A count that increases by one with each failure and decreases with each success, never below 0. A success at 0, by
 * far the usual case, writes nothing.
 */
final class FailureCount implements FailureDetector {

    private final AtomicInteger count = new AtomicInteger();
    private volatile int threshold;

    /** How much a success subtracts: one failure, or all consecutive failures. */
    private volatile int perSuccess;

    /** Creates a count of zero. */
    FailureCount(CircuitBreakerConfig config) {
        this.threshold = config.failureThreshold();
        this.perSuccess = perSuccess(config);
    }

    private static int perSuccess(CircuitBreakerConfig config) {
        return config.detection() == Detection.CONSECUTIVE ? config.failureThreshold() : 1;
    }

    /** With a lower threshold, the next failure opens the circuit. */
    @Override
    public boolean tryReconfigure(CircuitBreakerConfig config) {
        if (config.detection() != Detection.LEAKY_COUNT && config.detection() != Detection.CONSECUTIVE) {
            return false;
        }
        int most = config.failureThreshold() - 1;
        perSuccess = perSuccess(config);
        threshold = config.failureThreshold();
        count.updateAndGet(seen -> Math.min(seen, most));
        return true;
    }

    @Override
    public boolean record(boolean failed, boolean slow) {
        return failed ? onFailure() : onSuccess();
    }

    private boolean onSuccess() {
        int seen;
        do {
            seen = count.get();
            // At the threshold the circuit is opening: a late success must not subtract the failures that opened it.
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
    public String openReason() {
        return "the failure count reached " + count.get();
    }

    @Override
    public int failureCount() {
        return count.get();
    }
}
