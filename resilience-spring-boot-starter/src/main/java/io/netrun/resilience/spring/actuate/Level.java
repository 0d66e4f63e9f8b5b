package io.netrun.resilience.spring.actuate;

/** How a name is, the worst first. */
enum Level {
    /** At least one call in ten is rejected, or the circuit is open. */
    REJECTING,
    /** At least one call in ten fails. */
    FAILING,
    /** An operator has the calls rejected. */
    FORCED,
    WARNING,
    OBSERVING,
    HEALTHY,
    /** Nothing is known: no call has come for a minute. */
    NO_CALLS,
    /** Nothing is known, not even whether calls have come. */
    NOT_MEASURED;

    /** What matters alike has the same. */
    Level severity() {
        return this == FAILING ? REJECTING : this;
    }

    /** Whether it belongs to the problems. */
    boolean isProblem() {
        return compareTo(OBSERVING) < 0;
    }
}
