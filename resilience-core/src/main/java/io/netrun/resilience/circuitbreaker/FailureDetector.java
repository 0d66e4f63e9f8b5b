package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.Ticker;

/**
 * Decides from the outcomes of a closed circuit's calls when it opens. Made anew for every closed period. Thread-safe.
 */
interface FailureDetector {

    /** The detector that a configuration asks for. */
    static FailureDetector of(CircuitBreakerConfig config, Ticker ticker) {
        return switch (config.detection()) {
            case LEAKY_COUNT, CONSECUTIVE -> new FailureCount(config);
            case COUNT_WINDOW -> new CountWindow(config);
            case TIME_WINDOW -> new TimeWindow(config, ticker);
        };
    }

    /**
     * Hears how a call ended; true if that opens the circuit. A success may do so, as when it completes the minimum
     * number of calls.
     *
     * @param slow whether it took too long; false where that is not watched
     */
    boolean record(boolean failed, boolean slow);

    /**
     * Whether the circuit opens because of calls that have not ended.
     *
     * @param overdue how many are already too slow
     */
    default boolean shouldOpen(int overdue) {
        return false;
    }

    /**
     * Goes by other settings from now on, keeping what it has counted.
     *
     * @return false if they ask for a detector of another kind; nothing has changed then
     */
    boolean tryReconfigure(CircuitBreakerConfig config);

    /** What it has counted, for people; asked when the circuit opens. */
    String openReason();

    /** The failures it holds against the circuit now. */
    int failureCount();
}
