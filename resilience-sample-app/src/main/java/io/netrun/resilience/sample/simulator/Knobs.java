package io.netrun.resilience.sample.simulator;

import java.time.Duration;

/**
 * How a simulated partner behaves.
 *
 * @param failureRate the part of its calls that fail; 0 to 1
 * @param latency how long it takes to answer; 0 to 30 s
 * @param failNext how many of its next calls fail, whatever the rate; 0 to 1,000
 */
record Knobs(double failureRate, Duration latency, int failNext) {

    private static final Duration MAX_LATENCY = Duration.ofSeconds(30);
    private static final int MAX_FAIL_NEXT = 1_000;

    /** Built after the bounds that its constructor reads. */
    static final Knobs HEALTHY = new Knobs(0, Duration.ofMillis(20), 0);

    Knobs {
        if (!(failureRate >= 0 && failureRate <= 1)) {
            throw new IllegalArgumentException("failureRate is " + failureRate + ": must be between 0 and 1");
        }
        if (latency.isNegative() || latency.compareTo(MAX_LATENCY) > 0) {
            throw new IllegalArgumentException("latency is " + latency + ": must be between 0ms and 30s");
        }
        if (failNext < 0 || failNext > MAX_FAIL_NEXT) {
            throw new IllegalArgumentException("failNext is " + failNext + ": must be between 0 and " + MAX_FAIL_NEXT);
        }
    }

    /** The knobs after one more call. */
    Knobs afterCall() {
        return failNext == 0 ? this : new Knobs(failureRate, latency, failNext - 1);
    }
}
