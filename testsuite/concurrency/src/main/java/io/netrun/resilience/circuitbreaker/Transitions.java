package io.netrun.resilience.circuitbreaker;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts a circuit's transitions from now on. */
final class Transitions {

    private final AtomicInteger count = new AtomicInteger();

    Transitions(CircuitBreaker breaker) {
        breaker.onStateChange((from, to) -> count.incrementAndGet());
    }

    int count() {
        return count.get();
    }
}
