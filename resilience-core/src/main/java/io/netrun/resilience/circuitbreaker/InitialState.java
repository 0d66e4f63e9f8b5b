package io.netrun.resilience.circuitbreaker;

/** The state in which a circuit begins. For a dry run from the start, see {@link CircuitBreakerConfig#mode()}. */
public enum InitialState {
    /** Calls are admitted and recorded. */
    CLOSED,
    /** Calls are rejected until an operator's {@link CircuitBreaker#reset()}. */
    FORCED_OPEN,
    /** Calls are admitted and not recorded, until an operator's {@link CircuitBreaker#reset()}. */
    DISABLED
}
