package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.Require;
import io.netrun.resilience.circuitbreaker.CircuitState.Admission;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A bounded number of trials at once finds out whether calls succeed again: enough successes close the circuit, one
 * failure opens it. A trial is among those in flight from its admission to its end; taking it out from among them is
 * what settles it, so no trial can be settled twice, and one that never ends can be taken back. A stream succeeds with
 * its first element; if it fails later, that opens a circuit which is still half-open. Every decision is made by the
 * settings of its moment.
 */
final class HalfOpen extends CircuitState {

    private final Circuit circuit;
    private final Open before;
    private final AtomicInteger running = new AtomicInteger();
    private final Set<Trial> trials = ConcurrentHashMap.newKeySet();
    private final AtomicInteger successes = new AtomicInteger();

    HalfOpen(Circuit circuit, Open before) {
        this.circuit = circuit;
        this.before = before;
    }

    @Override
    CircuitBreaker.State state() {
        return CircuitBreaker.State.HALF_OPEN;
    }

    @Override
    @Nullable
    Admission admit() {
        long now = circuit.ticker().nanoTime();
        for (Trial trial : trials) {
            if (trial.isOverdue(now)) {
                trial.failed();
                return null;
            }
        }
        Trial trial = new Trial(now);
        boolean begins = tryAcquireTrial();
        if (circuit.state() != this) {
            // Counted or refused too late: nobody hears of the outcome here, and the next period has places of its own.
            if (begins) {
                running.decrementAndGet();
            }
            return null;
        }
        if (!begins) {
            throw circuit.rejection(this);
        }
        try {
            trials.add(trial);
        } catch (Throwable thrown) {
            running.decrementAndGet();
            throw thrown;
        }
        return trial;
    }

    /** Counts a trial among those in flight, if there is room for it. */
    private boolean tryAcquireTrial() {
        int most = circuit.config().halfOpenMaxCalls();
        int seen;
        do {
            seen = running.get();
            if (seen >= most) {
                return false;
            }
        } while (!running.compareAndSet(seen, seen + 1));
        return true;
    }

    @Override
    int failureCount() {
        return before.failureCount();
    }

    @Override
    int successCount() {
        return Math.min(successes.get(), circuit.config().successThreshold());
    }

    @Override
    int halfOpenCalls() {
        return running.get();
    }

    private void reopen(String reason) {
        circuit.transition(this, before.reopened(), reason);
    }

    private final class Trial implements Admission {

        private final long startedAt;

        /** Whether the circuit holds against the call that it failed, whatever its caller says in the end. */
        private volatile boolean failed;

        Trial(long startedAt) {
            this.startedAt = startedAt;
        }

        boolean isOverdue(long now) {
            return now - startedAt >= Require.nanos(circuit.config().longestTrial());
        }

        /** A stream may go on for hours: it must not keep others from trying, and what it calls answers again. */
        @Override
        public void delivers() {
            if (settle()) {
                pass();
            }
        }

        @Override
        public boolean succeeded() {
            return settle() ? pass() : !failed; // settled with its first part, or taken back
        }

        private boolean pass() {
            try {
                // Decided by time alone: a trial that took too long failed, even if no call came by to take it back.
                if (isOverdue(circuit.ticker().nanoTime())) {
                    failed = true;
                    reopen("a trial took too long");
                    return false;
                }
                if (successes.incrementAndGet() >= circuit.config().successThreshold()) {
                    circuit.transition(HalfOpen.this, new Closed(circuit), "enough trials succeeded");
                }
                return true;
            } finally {
                running.decrementAndGet();
            }
        }

        @Override
        public void failed() {
            if (!settle()) {
                if (!failed) {
                    reopen("a trial failed after its first part");
                }
                return;
            }
            failed = true;
            try {
                reopen("a trial failed");
            } finally {
                running.decrementAndGet();
            }
        }

        @Override
        public void ignored() {
            if (settle()) {
                running.decrementAndGet();
            }
        }

        /** Whoever settles it gives its place back after all that follows from it, so that nobody comes in between. */
        private boolean settle() {
            return trials.remove(this);
        }
    }
}
