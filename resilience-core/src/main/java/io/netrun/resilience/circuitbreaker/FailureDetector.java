package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.Ticker;
import org.jspecify.annotations.Nullable;

/** Decides from the outcomes of calls when a closed circuit opens. Created for every closed period. Thread-safe. */
interface FailureDetector {

    /** Creates the detector for a configuration. */
    static FailureDetector of(CircuitBreakerConfig config, Ticker ticker) {
        return switch (config.detection()) {
            case LEAKY_COUNT, CONSECUTIVE -> new FailureCount(config);
            case COUNT_WINDOW -> new CountWindow(config);
            case TIME_WINDOW -> new TimeWindow(config, ticker);
        };
    }

    /**
     * Records the outcome of a call. Returns whether it opens the circuit. A success may do so, for example if it
     * completes the minimum number of calls.
     *
     * @param slow whether the call was slow; false if slow calls are not detected
     */
    boolean record(boolean failed, boolean slow);

    /**
     * Returns whether the circuit opens because of calls that have not ended.
     *
     * @param overdue the number of calls that are already slow
     */
    default boolean shouldOpen(int overdue) {
        return false;
    }

    /**
     * Applies other settings, and keeps what has been counted.
     *
     * @return false if they require a detector of another kind; nothing has changed then
     */
    boolean tryReconfigure(CircuitBreakerConfig config);

    /** Returns what was counted as readable text; called when the circuit opens. */
    String openReason();

    /** Returns the number of failures that currently count. */
    int failureCount();

    /** Returns the calls in the window; null if there is none. */
    default @Nullable RecentCalls recentCalls() {
        return null;
    }
}
