package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.Require;
import io.netrun.resilience.circuitbreaker.CircuitState.Admission;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A bounded number of concurrent trials tests whether calls succeed again: enough successes close the circuit, one
 * failure opens it. A trial is settled once, by one compare-and-set, which allocates nothing. It is in the set of those
 * in flight from its admission to its end, so that one that never ends can be found and settled. A stream succeeds with
 * its first element; if it fails later, that opens a circuit which is still half-open. Every decision uses the settings
 * in force at that moment.
 */
final class HalfOpen extends CircuitState {

    private static final AtomicIntegerFieldUpdater<Trial> SETTLED =
            AtomicIntegerFieldUpdater.newUpdater(Trial.class, "settled");

    private final Circuit circuit;
    private final Open precedingOpen;
    private final AtomicInteger running = new AtomicInteger();
    private final Set<Trial> trials = ConcurrentHashMap.newKeySet();
    private final AtomicInteger successes = new AtomicInteger();

    HalfOpen(Circuit circuit, Open precedingOpen) {
        this.circuit = circuit;
        this.precedingOpen = precedingOpen;
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
            if (trial.isOverdue(now) && !trial.isSettled()) {
                trial.revoke();
                return null;
            }
        }
        Trial trial = new Trial(now);
        boolean begins = tryAcquireTrial();
        if (circuit.state() != this) {
            // Counted or rejected too late: the outcome would be ignored here, and the next period has its own limit.
            if (begins) {
                running.decrementAndGet();
            }
            return null;
        }
        if (!begins) {
            return circuit.reject(this);
        }
        try {
            trials.add(trial);
        } catch (Throwable outOfMemory) {
            if (trial.trySettle()) { // it may be in the set nevertheless, and be found there
                running.decrementAndGet();
            }
            throw outOfMemory;
        }
        return trial;
    }

    /** Counts a trial as in flight, if the limit permits. */
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
        return precedingOpen.failureCount();
    }

    @Override
    @Nullable
    RecentCalls recentCalls() {
        return precedingOpen.recentCalls();
    }

    @Override
    int successCount() {
        return Math.min(successes.get(), circuit.config().successThreshold());
    }

    @Override
    int halfOpenCalls() {
        return running.get();
    }

    /** Creates an open period that does not count as another opening, because no trial has failed. */
    Open restarted() {
        return precedingOpen.restarted();
    }

    private void reopen(String reason) {
        reopen(reason, circuit.ticker().nanoTime());
    }

    private void reopen(String reason, long failedAt) {
        circuit.tryTransition(this, precedingOpen.reopened(failedAt), reason);
    }

    private final class Trial implements Admission {

        private final long startedAt;
        private volatile int settled;

        /** Whether the trial counts as failed, whatever outcome is reported later. */
        private volatile boolean failed;

        Trial(long startedAt) {
            this.startedAt = startedAt;
        }

        boolean isOverdue(long now) {
            return now - startedAt >= longestNanos();
        }

        private long longestNanos() {
            return Require.nanos(circuit.config().longestTrial());
        }

        /** Settles the overdue trial as failed, at the moment at which it became overdue. */
        void revoke() {
            if (trySettle()) {
                try {
                    failOverdue();
                } finally {
                    running.decrementAndGet();
                }
            }
        }

        /** Reopens the circuit as if the trial had failed in time: when this is noticed depends on the next call. */
        private void failOverdue() {
            failed = true;
            reopen("a trial took too long", startedAt + longestNanos());
        }

        /** A stream may run for hours: it must not block further trials, and what it calls responds again. */
        @Override
        public void onFirstElement() {
            if (trySettle()) {
                pass();
            }
        }

        @Override
        public boolean succeeded() {
            return trySettle() ? pass() : !failed; // settled by its first part, or removed as overdue
        }

        private boolean pass() {
            try {
                // Decided by time alone: a trial that took too long failed, even if no call has removed it.
                if (isOverdue(circuit.ticker().nanoTime())) {
                    failOverdue();
                    return false;
                }
                if (successes.incrementAndGet() >= circuit.config().successThreshold()) {
                    circuit.tryTransition(HalfOpen.this, Closed.afterTrials(circuit), "enough trials succeeded");
                }
                return true;
            } finally {
                running.decrementAndGet();
            }
        }

        @Override
        public void failed() {
            if (!trySettle()) {
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
            if (trySettle()) {
                running.decrementAndGet();
            }
        }

        /**
         * Settles the trial. The thread that settles it decrements the count only after all effects, so that no other
         * trial begins in between.
         */
        private boolean trySettle() {
            if (!SETTLED.compareAndSet(this, 0, 1)) {
                return false;
            }
            try {
                trials.remove(this);
            } catch (OutOfMemoryError full) {
                // It is removed; only the set's estimate of its size is off by one.
            }
            return true;
        }

        private boolean isSettled() {
            return settled != 0;
        }
    }
}
