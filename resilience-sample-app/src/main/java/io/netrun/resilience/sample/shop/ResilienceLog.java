package io.netrun.resilience.sample.shop;

import io.netrun.resilience.circuitbreaker.CircuitBreakerEvent;
import io.netrun.resilience.retry.RetryEvent;
import io.netrun.resilience.timeout.TimeoutEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Callbacks as Spring application events: one listener for the events of all instances. */
@Component
class ResilienceLog {

    private static final Logger log = LoggerFactory.getLogger(ResilienceLog.class);

    @EventListener
    void on(CircuitBreakerEvent.StateChanged event) {
        log.warn("Circuit breaker '{}': {} -> {}", event.name(), event.from(), event.to());
    }

    @EventListener
    void on(RetryEvent.Retrying event) {
        log.info(
                "Retry '{}': attempt {} failed, next in {} ms: {}",
                event.name(),
                event.attempt(),
                event.delay().toMillis(),
                event.failure().getMessage());
    }

    @EventListener
    void on(RetryEvent.Exhausted event) {
        log.warn(
                "Retry '{}': gave up after attempt {}: {}",
                event.name(),
                event.attempts(),
                event.failure().getMessage());
    }

    @EventListener
    void on(TimeoutEvent.TimedOut event) {
        log.warn(
                "Timeout '{}': no answer within {} ms",
                event.name(),
                event.limit().toMillis());
    }
}
