package io.netrun.resilience.sample.simulator;

import java.time.Duration;

/**
 * The behavior of a simulated service.
 *
 * @param failureRate the fraction of calls that fail, 0 to 1
 * @param latency the time until it answers, 0 to 30 s
 * @param failNext the number of next calls that fail, whatever the rate; 0 to 1,000
 * @param slowNext the number of next calls that take {@link #SLOW}, whatever the latency; 0 to 1,000
 */
record Knobs(double failureRate, Duration latency, int failNext, int slowNext) {

    static final Duration SLOW = Duration.ofSeconds(3);

    private static final Duration MAX_LATENCY = Duration.ofSeconds(30);
    private static final int MAX_NEXT = 1_000;

    /** Built after the bounds that its constructor reads. */
    static final Knobs HEALTHY = new Knobs(0, Duration.ofMillis(20), 0, 0);

    Knobs {
        if (!(failureRate >= 0 && failureRate <= 1)) {
            throw new IllegalArgumentException("failureRate is " + failureRate + ": must be between 0 and 1");
        }
        if (latency.isNegative() || latency.compareTo(MAX_LATENCY) > 0) {
            throw new IllegalArgumentException("latency is " + latency + ": must be between 0ms and 30s");
        }
        requireInRange("failNext", failNext);
        requireInRange("slowNext", slowNext);
    }

    /** The knobs after one more call. */
    Knobs afterCall() {
        return failNext == 0 && slowNext == 0
                ? this
                : new Knobs(failureRate, latency, Math.max(0, failNext - 1), Math.max(0, slowNext - 1));
    }

    private static void requireInRange(String knob, int calls) {
        if (calls < 0 || calls > MAX_NEXT) {
            throw new IllegalArgumentException(knob + " is " + calls + ": must be between 0 and " + MAX_NEXT);
        }
    }
}
