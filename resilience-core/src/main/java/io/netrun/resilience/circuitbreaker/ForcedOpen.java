package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.Require;
import java.time.Duration;

/** An operator has stopped all calls; only an operator admits them again. */
final class ForcedOpen extends CircuitState {

    private static final long FOREVER = Require.nanos(Duration.ofSeconds(Long.MAX_VALUE));

    private final Circuit circuit;

    ForcedOpen(Circuit circuit) {
        this.circuit = circuit;
    }

    @Override
    CircuitBreaker.State state() {
        return CircuitBreaker.State.FORCED_OPEN;
    }

    @Override
    Admission admit() {
        throw circuit.rejection(this);
    }

    @Override
    long remainingRejectionNanos() {
        return circuit.state() instanceof ForcedOpen ? FOREVER : 0;
    }
}
