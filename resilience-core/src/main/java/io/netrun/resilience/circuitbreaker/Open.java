package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.PendingWaits;
import io.netrun.resilience.Require;
import io.netrun.resilience.SafeLog;
import io.netrun.resilience.Ticker;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls are refused until the open duration elapsed; the first call after it begins the half-open period. A timer says
 * when it is over, because reading the clock would cost more than all the rest of a rejection; the clock is read for
 * every eighth rejection only, so that the circuit does not depend on the timer. Without the timer, when it has not
 * been set yet, could not be, or was taken back because the application ends, the clock is read for every call.
 */
final class Open extends CircuitState implements PendingWaits.Waiting {

    private static final Logger log = LoggerFactory.getLogger(Open.class);

    /** Every eighth. */
    private static final int CLOCK_MASK = 7;

    private static final double LEAST_SPREAD = 0.8;
    private static final double SPREAD_RANGE = 0.4;

    private final Circuit circuit;
    private final CircuitBreakerConfig config;
    private final int failureCount;

    /** How many open periods, this one included, there were since the circuit was closed. */
    private final int openings;

    /** The same object in all that follow each other as settings change. */
    private final Object period;

    private final long openedAt;
    private final long durationNanos;

    private volatile Ticker.@Nullable Scheduled timer;
    private volatile boolean over;

    /** Not volatile, and threads may overwrite what others have counted: it is only to move on. */
    private int rejectionsSinceClock;

    /** The first open period after a closed one. */
    Open(Circuit circuit, int failureCount) {
        this(circuit, failureCount, 1, circuit.ticker().nanoTime(), new Object());
    }

    private Open(Circuit circuit, int failureCount, int openings, long openedAt, Object period) {
        this.circuit = circuit;
        this.period = period;
        this.config = circuit.config();
        this.failureCount = failureCount;
        this.openings = openings;
        this.openedAt = openedAt;
        this.durationNanos = durationNanos(config, openings);
    }

    /** The open period after a failed trial. */
    Open reopened() {
        return new Open(
                circuit, failureCount + 1, openings + 1, circuit.ticker().nanoTime(), new Object());
    }

    /** An open circuit has admitted nobody, so another object can take its place. */
    @Override
    void reconfigured() {
        CircuitBreakerConfig now = circuit.config();
        if (!now.openDuration().equals(config.openDuration())
                || now.openBackoffMultiplier() != config.openBackoffMultiplier()
                || !now.effectiveMaxOpenDuration().equals(config.effectiveMaxOpenDuration())) {
            circuit.replace(this, new Open(circuit, failureCount, openings, openedAt, period));
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
        return (long) (Math.min(grown, (double) Require.nanos(config.effectiveMaxOpenDuration())) * spread);
    }

    @Override
    CircuitBreaker.State state() {
        return CircuitBreaker.State.OPEN;
    }

    @Override
    void onEnter() {
        long left = remainingNanos();
        if (left == 0) {
            // A change of settings has made it shorter than it has lasted.
            over = true;
            return;
        }
        try {
            timer = circuit.ticker().schedule(() -> over = true, left);
            circuit.waits().register(this);
        } catch (RuntimeException | Error e) {
            SafeLog.warn(
                    log,
                    "CircuitBreaker '{}': no timer could be set; the clock is read with every call",
                    circuit.name(),
                    e);
        }
        if (circuit.state() != this) {
            onExit();
        }
    }

    @Override
    void onExit() {
        circuit.waits().unregister(this);
        takeTimerBack();
    }

    /** The circuit goes on without its timer, which may have hours to wait. */
    @Override
    public void onShutdown() {
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
        if (!over && (isTimed() || refusingNanos() > 0)) {
            throw circuit.rejection(this);
        }
        circuit.transition(this, new HalfOpen(circuit, this), "the open duration elapsed");
        return null;
    }

    /**
     * Whether the timer is relied on for this call: for all but every eighth, so that a timer that fails delays a
     * little only.
     */
    private boolean isTimed() {
        return timer != null && (++rejectionsSinceClock & CLOCK_MASK) != 0;
    }

    @Override
    long refusingNanos() {
        CircuitState present = circuit.state();
        if (present != this) {
            // With changed settings, another object goes on with this period.
            return present instanceof Open open && open.continues(this) ? open.remainingNanos() : 0;
        }
        return remainingNanos();
    }

    private boolean continues(Open earlier) {
        return period == earlier.period;
    }

    private long remainingNanos() {
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
