package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.Require;
import io.netrun.resilience.Ticker;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls are refused until the open duration is over; the first call after it begins the half-open period. A timer says when
 * it is over, because reading the clock would cost more than all the rest of a rejection. Without the timer, when it has
 * not been set yet or could not be, the clock is read.
 */
final class Open extends CircuitState {

    private static final Logger log = LoggerFactory.getLogger(Open.class);

    private final Circuit circuit;
    private final int failureCount;
    private final long openedAt;
    private final long durationNanos;

    private volatile Ticker.@Nullable Scheduled timer;
    private volatile boolean over;

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
    void begun() {
        try {
            timer = circuit.ticker().schedule(() -> over = true, refusingNanos());
        } catch (RuntimeException | Error e) {
            log.warn(
                    "CircuitBreaker '{}': no timer could be set, so the clock is read for every call",
                    circuit.name(),
                    e);
        }
        if (circuit.state() != this) {
            ended();
        }
    }

    @Override
    void ended() {
        Ticker.Scheduled waiting = timer;
        if (waiting != null) {
            waiting.cancel();
        }
    }

    @Override
    @Nullable
    Admission admit() {
        if (!over && (timer != null || refusingNanos() > 0)) {
            throw circuit.rejection(this);
        }
        circuit.transition(this, new HalfOpen(circuit, failureCount));
        return null;
    }

    @Override
    long refusingNanos() {
        return Math.max(0, durationNanos - (circuit.ticker().nanoTime() - openedAt));
    }

    @Override
    int failureCount() {
        return failureCount;
    }

    @Override
    Instant nextTrialTime() {
        return circuit.ticker().now().plusNanos(refusingNanos());
    }
}
