package io.netrun.resilience.circuitbreaker;

/** What a closed circuit breaker goes by when it opens. */
public enum Detection {
    /**
     * A count that goes up by one with each failure and down by one with each success, never below zero, and opens the
     * circuit at {@link CircuitBreakerConfig#failureThreshold()}.
     */
    LEAKY_COUNT,
    /** {@link CircuitBreakerConfig#failureThreshold()} failures in a row. */
    CONSECUTIVE,
    /** The part of the last {@link CircuitBreakerConfig#windowSize()} calls that failed or were slow. */
    COUNT_WINDOW,
    /** The part of the calls of the last {@link CircuitBreakerConfig#windowDuration()} that failed or were slow. */
    TIME_WINDOW
}
