package io.netrun.resilience.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerEvent;
import org.junit.jupiter.api.Test;

class RecordedEventsTests {

    private final CircuitBreaker breaker = CircuitBreaker.of("payments");

    @Test
    void shouldHoldTheEventsOfAKindInTheirOrder() {
        RecordedEvents events = RecordedEvents.of(breaker);
        breaker.forceOpen();
        breaker.reset();
        assertThat(events.of(CircuitBreakerEvent.StateChanged.class))
                .extracting(CircuitBreakerEvent.StateChanged::to)
                .containsExactly(CircuitBreaker.State.FORCED_OPEN, CircuitBreaker.State.CLOSED);
        assertThat(events.all()).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void closeShouldEndTheRecordingAndKeepWhatWasRecorded() {
        RecordedEvents events = RecordedEvents.of(breaker);
        breaker.forceOpen();
        int recorded = events.all().size();
        events.close();
        breaker.reset();
        assertThat(events.all()).hasSize(recorded);
    }
}
