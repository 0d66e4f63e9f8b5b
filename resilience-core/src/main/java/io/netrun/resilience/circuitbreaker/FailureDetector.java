package io.netrun.resilience.circuitbreaker;

/** Decides from the outcomes of a closed circuit's calls when it opens. Made anew for every closed period. Thread-safe. */
interface FailureDetector {

    /** Hears of a success; true if that opens the circuit (as when it completes the minimum number of calls). */
    boolean onSuccess();

    /** Hears of a failure; true if that opens the circuit. */
    boolean onFailure();

    /** The failures it holds against the circuit now. */
    int failureCount();
}
