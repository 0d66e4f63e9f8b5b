package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.PassingTicker;
import io.netrun.resilience.Permit;
import io.netrun.resilience.Ticker;
import java.time.Duration;

/** Circuits in the states that tests begin with. */
final class Circuits {

    static final Exception FAILURE = new Exception("failed");

    private static final CircuitBreakerConfig ONE_TRIAL = CircuitBreakerConfig.builder()
            .failureThreshold(1)
            .successThreshold(1)
            .halfOpenMaxCalls(1)
            .build();

    private static final CircuitBreakerConfig TWO_TRIALS =
            ONE_TRIAL.toBuilder().halfOpenMaxCalls(2).build();

    private Circuits() {}

    /** A closed circuit that opens with the given number of failures. */
    static CircuitBreaker closed(int failureThreshold) {
        CircuitBreakerConfig config =
                ONE_TRIAL.toBuilder().failureThreshold(failureThreshold).build();
        return CircuitBreaker.of("test", config, PassingTicker.INSTANCE);
    }

    /** An open circuit whose duration is over, so that the next call begins the half-open period; one trial at once. */
    static CircuitBreaker atTheEdge() {
        return atTheEdge(PassingTicker.INSTANCE);
    }

    /** The same, by another clock. */
    static CircuitBreaker atTheEdge(Ticker ticker) {
        return opened(ONE_TRIAL, ticker);
    }

    /** As {@link #atTheEdge}, with two trials at once. */
    static CircuitBreaker atTheEdgeForTwo() {
        return opened(TWO_TRIALS, PassingTicker.INSTANCE);
    }

    /** A circuit that has just closed, and admits a part of the calls for some time. */
    static CircuitBreaker rampingUp(Duration duration, double initialRate, Ticker ticker) {
        CircuitBreakerConfig config = ONE_TRIAL.toBuilder()
                .failureThreshold(1_000)
                .rampUpDuration(duration)
                .rampUpInitialRate(initialRate)
                .build();
        CircuitBreaker breaker = CircuitBreaker.of("test", config, ticker);
        breaker.halfOpen();
        breaker.acquirePermit().onSuccess();
        return breaker;
    }

    private static CircuitBreaker opened(CircuitBreakerConfig config, Ticker ticker) {
        CircuitBreaker breaker = CircuitBreaker.of("test", config, ticker);
        breaker.acquirePermit().onFailure(FAILURE);
        return breaker;
    }

    /** A permit, or null if the call is rejected. */
    static Permit permit(CircuitBreaker breaker) {
        try {
            return breaker.acquirePermit();
        } catch (CircuitOpenException rejected) {
            return null;
        }
    }

    /** 1 if a call is admitted, which it stays; 0 if it is rejected. */
    static int admitted(CircuitBreaker breaker) {
        return permit(breaker) == null ? 0 : 1;
    }
}
