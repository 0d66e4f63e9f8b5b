package io.netrun.resilience.circuitbreaker;

/** How a closed circuit breaker detects failures. */
public enum Detection {
    /**
     * A count that increases by one with each failure and decreases by one with each success, never below zero, and
     * opens the circuit at {@link CircuitBreakerConfig#failureThreshold()}.
     */
    LEAKY_COUNT,
    /** {@link CircuitBreakerConfig#failureThreshold()} consecutive failures. */
    CONSECUTIVE,
    /** The proportion of the last {@link CircuitBreakerConfig#windowSize()} calls that failed or were slow. */
    COUNT_WINDOW,
    /**
     * The proportion of the calls of the last {@link CircuitBreakerConfig#windowDuration()} that failed or were slow.
     */
    TIME_WINDOW
}
