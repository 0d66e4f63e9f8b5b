package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceEvent;
import java.time.Instant;

/** Something that happened in a circuit breaker. */
public sealed interface CircuitBreakerEvent extends ResilienceEvent {

    @Override
    default PolicyType<?, ?> type() {
        return CircuitBreaker.TYPE;
    }

    /**
     * The state changed, by what calls did or by an operator.
     *
     * @param reason for people, such as "60 of 100 calls failed"
     */
    record StateChanged(String name, Instant time, CircuitBreaker.State from, CircuitBreaker.State to, String reason)
            implements CircuitBreakerEvent {}
}
