package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.PendingWaits;
import io.netrun.resilience.Require;
import io.netrun.resilience.SafeLog;
import io.netrun.resilience.Ticker;
import java.lang.ref.WeakReference;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls are rejected until the open duration has elapsed; the first call after it begins the half-open period. A timer
 * signals the end, because reading the clock would cost more than the rest of a rejection. Every eighth rejection reads
 * the clock, so that the circuit does not depend on the timer. Without a timer, because it has not been set yet, could
 * not be set, or was cancelled at the shutdown of the application, every call reads the clock.
 */
final class Open extends CircuitState implements PendingWaits.Waiting {

    private static final Logger log = LoggerFactory.getLogger(Open.class);

    /** Selects every eighth rejection. */
    private static final int CLOCK_MASK = 7;

    private static final double MIN_JITTER_FACTOR = 0.8;
    private static final double JITTER_RANGE = 0.4;

    private final Circuit circuit;
    private final CircuitBreakerConfig config;
    private final int failureCount;

    /** The calls that opened the circuit; null if there was no window. */
    private final @Nullable RecentCalls recentCalls;

    /** The number of open periods since the circuit was closed, including this one. */
    private final int openings;

    /** The identity of this open period. A state that replaces this one as settings change keeps it. */
    private final Object periodId;

    private final long openedAt;
    private final long durationNanos;

    private volatile Ticker.@Nullable Scheduled timer;
    private volatile boolean openDurationElapsed;

    /** Not volatile, and threads may overwrite each other's count: it only has to advance. */
    private int rejectionsSinceClock;

    /** Creates the first open period after a closed one. */
    Open(Circuit circuit, int failureCount, @Nullable RecentCalls recentCalls) {
        this(circuit, failureCount, recentCalls, 1, circuit.ticker().nanoTime(), new Object());
    }

    private Open(
            Circuit circuit,
            int failureCount,
            @Nullable RecentCalls recentCalls,
            int openings,
            long openedAt,
            Object periodId) {
        this.circuit = circuit;
        this.periodId = periodId;
        this.config = circuit.config();
        this.failureCount = failureCount;
        this.recentCalls = recentCalls;
        this.openings = openings;
        this.openedAt = openedAt;
        this.durationNanos = durationNanos(config, openings);
    }

    /**
     * Creates the open period after a failed trial.
     *
     * @param failedAt when the trial failed, in nanoseconds of the circuit's ticker
     */
    Open reopened(long failedAt) {
        return new Open(circuit, failureCount + 1, recentCalls, openings + 1, failedAt, new Object());
    }

    /** Creates the open period after trials that were stopped without an outcome. */
    Open restarted() {
        return new Open(
                circuit,
                failureCount,
                recentCalls,
                Math.max(1, openings),
                circuit.ticker().nanoTime(),
                new Object());
    }

    /** Creates the basis of trials that follow no open period: if one fails, the circuit opens for the first time. */
    static Open beforeTrials(Circuit circuit, CircuitState former) {
        return new Open(
                circuit,
                former.failureCount(),
                former.recentCalls(),
                0,
                circuit.ticker().nanoTime(),
                new Object());
    }

    /** Ends the open duration: the next call begins the half-open period, unless the circuit is held. */
    void expire() {
        openDurationElapsed = true;
    }

    /** Returns whether the open duration is over. */
    boolean isExpired() {
        return openDurationElapsed || remainingNanos() == 0;
    }

    /** An open circuit has admitted no call, so another object can replace it. */
    @Override
    void onReconfigured() {
        CircuitBreakerConfig now = circuit.config();
        if (!now.openDuration().equals(config.openDuration())
                || now.openBackoffMultiplier() != config.openBackoffMultiplier()
                || !now.effectiveMaxOpenDuration().equals(config.effectiveMaxOpenDuration())) {
            circuit.replace(this, new Open(circuit, failureCount, recentCalls, openings, openedAt, periodId));
        }
    }

    /** Randomized if it grows, so that callers that failed together do not return together. */
    private static long durationNanos(CircuitBreakerConfig config, int openings) {
        long base = Require.nanos(config.openDuration());
        if (openings <= 1 || config.openBackoffMultiplier() == 1.0) {
            return base;
        }
        double grown = (double) base * Math.pow(config.openBackoffMultiplier(), openings - 1);
        double spread =
                MIN_JITTER_FACTOR + JITTER_RANGE * ThreadLocalRandom.current().nextDouble();
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
            // A change of settings made it shorter than the time that has elapsed, or a trial was long overdue.
            openDurationElapsed = true;
            return;
        }
        try {
            timer = circuit.ticker().schedule(new Expiry(this), left);
            circuit.pendingWaits().register(this);
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
        circuit.pendingWaits().unregister(this);
        cancelTimer();
    }

    /** The circuit continues without its timer, which might be pending for hours. */
    @Override
    public void onShutdown() {
        cancelTimer();
    }

    private void cancelTimer() {
        Ticker.Scheduled waiting = timer;
        if (waiting != null) {
            timer = null;
            waiting.cancel();
        }
    }

    @Override
    @Nullable
    Admission admit() {
        if (openDurationElapsed ? circuit.heldNanos() > 0 : trySkipClock() || remainingOpenNanos() > 0) {
            return circuit.reject(this);
        }
        circuit.tryTransition(this, new HalfOpen(circuit, this), "the open duration elapsed");
        return null;
    }

    /**
     * Returns whether this call relies on the timer: all but every eighth do, so that a failing timer delays the
     * half-open period only slightly.
     */
    private boolean trySkipClock() {
        return timer != null && (++rejectionsSinceClock & CLOCK_MASK) != 0;
    }

    /** In mode observe, an open circuit rejects no call. */
    @Override
    long remainingRejectionNanos() {
        return circuit.isObserving() ? 0 : remainingOpenNanos();
    }

    /** Returns how much longer this period admits no trial, in nanoseconds; 0 once it is over. */
    private long remainingOpenNanos() {
        CircuitState present = circuit.state();
        if (present != this) {
            // After a change of settings, another object continues this period.
            return present instanceof Open open && open.continues(this) ? open.remainingOrHeldNanos() : 0;
        }
        return remainingOrHeldNanos();
    }

    private long remainingOrHeldNanos() {
        return Math.max(openDurationElapsed ? 0 : remainingNanos(), circuit.heldNanos());
    }

    private boolean continues(Open earlier) {
        return periodId == earlier.periodId;
    }

    private long remainingNanos() {
        return Math.max(0, durationNanos - (circuit.ticker().nanoTime() - openedAt));
    }

    @Override
    int failureCount() {
        return failureCount;
    }

    @Override
    @Nullable
    RecentCalls recentCalls() {
        return recentCalls;
    }

    @Override
    Instant nextTrialTime() {
        return circuit.ticker().now().plusNanos(remainingOpenNanos());
    }

    /** Ends an open duration, without keeping a circuit in memory that nobody uses. */
    private static final class Expiry extends WeakReference<Open> implements Runnable {

        Expiry(Open open) {
            super(open);
        }

        @Override
        public void run() {
            Open open = get();
            if (open != null) {
                open.openDurationElapsed = true;
            }
        }
    }
}
