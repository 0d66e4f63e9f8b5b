package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceEvent;
import java.time.Instant;

/** An event of a circuit breaker. */
public sealed interface CircuitBreakerEvent extends ResilienceEvent {

    @Override
    default PolicyType<?, ?> type() {
        return CircuitBreaker.TYPE;
    }

    /**
     * The state changed, by the outcome of calls or by an operator. Listeners receive these events in the order of the
     * changes, one at a time, so the last one received has the state that the circuit is in or is about to leave.
     *
     * @param reason a readable reason, such as "60 of 100 calls failed"
     * @param mode the mode of the circuit breaker; in mode observe, an open circuit rejects no call
     */
    record StateChanged(
            String name,
            Instant time,
            CircuitBreaker.State from,
            CircuitBreaker.State to,
            String reason,
            PolicyMode mode)
            implements CircuitBreakerEvent {}

    /**
     * Mode observe: a call was admitted that would have been rejected. While the circuit is open there are many of
     * these events: keep listeners cheap.
     *
     * @param state the state that would have rejected it: OPEN, HALF_OPEN, or CLOSED while the circuit ramps up
     */
    record WouldReject(String name, Instant time, CircuitBreaker.State state) implements CircuitBreakerEvent {}

    /**
     * A call succeeded. Published only to listeners of exactly this class, because there are many of these events: keep
     * listeners cheap. Without such a listener, nothing is published and calls cost nothing more.
     */
    record CallSucceeded(String name, Instant time) implements CircuitBreakerEvent, ResilienceEvent.OnRequest {}
}
