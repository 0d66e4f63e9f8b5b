package io.netrun.resilience.test;

import io.netrun.resilience.circuitbreaker.CircuitBreaker;

/** Assertions about a circuit breaker. */
public final class CircuitBreakerAssert extends PolicyAssert<CircuitBreakerAssert, CircuitBreaker> {

    CircuitBreakerAssert(CircuitBreaker actual) {
        super(actual, CircuitBreakerAssert.class);
    }

    public CircuitBreakerAssert isClosed() {
        return isIn(CircuitBreaker.State.CLOSED);
    }

    public CircuitBreakerAssert isOpen() {
        return isIn(CircuitBreaker.State.OPEN);
    }

    public CircuitBreakerAssert isHalfOpen() {
        return isIn(CircuitBreaker.State.HALF_OPEN);
    }

    public CircuitBreakerAssert isForcedOpen() {
        return isIn(CircuitBreaker.State.FORCED_OPEN);
    }

    public CircuitBreakerAssert isDisabled() {
        return isIn(CircuitBreaker.State.DISABLED);
    }

    public CircuitBreakerAssert isIn(CircuitBreaker.State state) {
        return requireEqual("state", present().state(), state);
    }

    /** Verifies the percentage of calls that the circuit admits while it ramps up; 100 at any other time. */
    public CircuitBreakerAssert hasRampUpRate(double expected) {
        return requireEqual("rampUpRate", present().metrics().rampUpRate(), expected);
    }

    /** Verifies the count that opens a closed circuit; see {@code CircuitBreakerMetrics#failureCount()}. */
    public CircuitBreakerAssert hasFailureCount(int expected) {
        return requireEqual("failureCount", present().metrics().failureCount(), expected);
    }

    /** Verifies the number of calls that have succeeded since the circuit breaker was created. */
    public CircuitBreakerAssert hasSucceeded(long expected) {
        return requireEqual("totalSucceeded", present().metrics().totalSucceeded(), expected);
    }

    /** Verifies the number of calls that have failed since the circuit breaker was created. */
    public CircuitBreakerAssert hasFailed(long expected) {
        return requireEqual("totalFailed", present().metrics().totalFailed(), expected);
    }

    /** Verifies the number of calls rejected since the circuit breaker was created. */
    public CircuitBreakerAssert hasRejected(long expected) {
        return requireEqual("totalRejected", present().metrics().totalRejected(), expected);
    }

    /** Verifies the number of calls that passed and would have been rejected, in mode observe. */
    public CircuitBreakerAssert hasWouldReject(long expected) {
        return requireEqual("totalWouldReject", present().metrics().totalWouldReject(), expected);
    }
}
