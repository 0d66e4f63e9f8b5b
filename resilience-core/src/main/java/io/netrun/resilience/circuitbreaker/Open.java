package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.Require;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.Waits;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls are refused until the open duration is over; the first call after it begins the half-open period. A timer says when
 * it is over, because reading the clock would cost more than all the rest of a rejection. Without the timer, when it has
 * not been set yet, could not be, or was taken back because the application ends, the clock is read.
 */
final class Open extends CircuitState implements Waits.Waiting {

    private static final Logger log = LoggerFactory.getLogger(Open.class);

    private static final double LEAST_SPREAD = 0.8;
    private static final double SPREAD_RANGE = 0.4;

    private final Circuit circuit;
    private final CircuitBreakerConfig config;
    private final int failureCount;

    /** How many open periods, this one included, there were since the circuit was closed. */
    private final int openings;

    private final long openedAt;
    private final long durationNanos;

    private volatile Ticker.@Nullable Scheduled timer;
    private volatile boolean over;

    /** The first open period after a closed one. */
    Open(Circuit circuit, int failureCount) {
        this(circuit, failureCount, 1, circuit.ticker().nanoTime());
    }

    private Open(Circuit circuit, int failureCount, int openings, long openedAt) {
        this.circuit = circuit;
        this.config = circuit.config();
        this.failureCount = failureCount;
        this.openings = openings;
        this.openedAt = openedAt;
        this.durationNanos = durationNanos(config, openings);
    }

    /** The open period after a failed trial. */
    Open again() {
        return new Open(
                circuit, failureCount + 1, openings + 1, circuit.ticker().nanoTime());
    }

    /** An open circuit has admitted nobody, so another object can take its place. */
    @Override
    void reconfigured() {
        CircuitBreakerConfig now = circuit.config();
        if (!now.openDuration().equals(config.openDuration())
                || now.openBackoffMultiplier() != config.openBackoffMultiplier()
                || !now.longestOpenDuration().equals(config.longestOpenDuration())) {
            circuit.transition(this, new Open(circuit, failureCount, openings, openedAt), "reconfigured");
        }
    }

    /** Spread where it grows, so that callers that failed together do not come back together. */
    private static long durationNanos(CircuitBreakerConfig config, int openings) {
        long base = Require.nanos(config.openDuration());
        if (openings == 1 || config.openBackoffMultiplier() == 1.0) {
            return base;
        }
        double grown = (double) base * Math.pow(config.openBackoffMultiplier(), openings - 1);
        double spread =
                LEAST_SPREAD + SPREAD_RANGE * ThreadLocalRandom.current().nextDouble();
        return (long) (Math.min(grown, (double) Require.nanos(config.longestOpenDuration())) * spread);
    }

    @Override
    CircuitBreaker.State state() {
        return CircuitBreaker.State.OPEN;
    }

    @Override
    void begun() {
        long left = refusingNanos();
        if (left == 0) {
            // A change of settings has made it shorter than it has lasted.
            over = true;
            return;
        }
        try {
            timer = circuit.ticker().schedule(() -> over = true, left);
        } catch (RuntimeException | Error e) {
            log.warn(
                    "CircuitBreaker '{}': no timer could be set, so the clock is read for every call",
                    circuit.name(),
                    e);
        }
        circuit.waits().begin(this);
        if (circuit.state() != this) {
            ended();
        }
    }

    @Override
    void ended() {
        circuit.waits().end(this);
        takeTimerBack();
    }

    /** The circuit goes on without its timer, which may have hours to wait. */
    @Override
    public void closed() {
        takeTimerBack();
    }

    private void takeTimerBack() {
        Ticker.Scheduled waiting = timer;
        if (waiting != null) {
            timer = null;
            waiting.cancel();
        }
    }

    @Override
    @Nullable
    Admission admit() {
        if (!over && (timer != null || refusingNanos() > 0)) {
            throw circuit.rejection(this);
        }
        circuit.transition(this, new HalfOpen(circuit, this), "the open duration is over");
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
