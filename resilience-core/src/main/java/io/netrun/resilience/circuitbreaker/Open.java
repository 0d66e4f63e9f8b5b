package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.Require;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Calls are refused until the open duration is over; the first call after it begins the half-open period. */
final class Open extends CircuitState {

    private final Circuit circuit;
    private final int failureCount;
    private final long openedAt;
    private final long durationNanos;

    Open(Circuit circuit, int failureCount) {
        this.circuit = circuit;
        this.failureCount = failureCount;
        this.openedAt = circuit.ticker().nanoTime();
        this.durationNanos = Require.nanos(circuit.config().openDuration());
    }

    @Override
    CircuitBreaker.State state() {
        return CircuitBreaker.State.OPEN;
    }

    @Override
    @Nullable
    Admission admit() {
        long remaining = remainingNanos();
        if (remaining > 0) {
            throw circuit.rejection(state(), remaining);
        }
        circuit.transition(this, new HalfOpen(circuit, failureCount));
        return null;
    }

    @Override
    int failureCount() {
        return failureCount;
    }

    @Override
    Instant nextTrialTime() {
        return circuit.ticker().now().plusNanos(Math.max(0, remainingNanos()));
    }

    private long remainingNanos() {
        return durationNanos - (circuit.ticker().nanoTime() - openedAt);
    }
}
