package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.Require;
import io.netrun.resilience.circuitbreaker.CircuitState.Admission;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Calls are admitted and their outcomes are recorded. One object serves all calls of the period, so admitting a call
 * allocates nothing, unless the duration of calls is measured as well.
 */
final class Closed extends CircuitState implements Admission {

    private final Circuit circuit;
    private volatile FailureDetector detector;
    private volatile @Nullable RunningCalls running;

    Closed(Circuit circuit) {
        this.circuit = circuit;
        this.detector = FailureDetector.of(circuit.detectionConfig(), circuit.ticker());
        this.running = runningCalls(circuit.config().slowCallDuration());
    }

    private @Nullable RunningCalls runningCalls(@Nullable Duration slow) {
        return slow == null
                ? null
                : new RunningCalls(Require.nanos(slow), circuit.ticker().nanoTime());
    }

    @Override
    synchronized void onReconfigured() {
        CircuitBreakerConfig config = circuit.config();
        CircuitBreakerConfig detection = circuit.detectionConfig();
        if (!detector.tryReconfigure(detection)) {
            detector = FailureDetector.of(detection, circuit.ticker());
        }
        Duration slow = config.slowCallDuration();
        RunningCalls watching = running;
        if (slow == null ? watching != null : watching == null || watching.limitNanos() != Require.nanos(slow)) {
            running = runningCalls(slow);
        }
    }

    @Override
    CircuitBreaker.State state() {
        return CircuitBreaker.State.CLOSED;
    }

    @Override
    @Nullable
    Admission admit() {
        RunningCalls watching = running;
        return watching == null ? this : admit(watching);
    }

    private @Nullable Admission admit(RunningCalls others) {
        long now = circuit.ticker().nanoTime();
        if (detector.shouldOpen(others.overdue(now))) {
            open();
            return null;
        }
        return new TimedCall(others, now);
    }

    @Override
    public boolean succeeded() {
        ended(false, false);
        return true;
    }

    @Override
    public void failed() {
        ended(true, false);
    }

    @Override
    public void ignored() {
        // A closed circuit holds nothing for a call.
    }

    @Override
    int failureCount() {
        return detector.failureCount();
    }

    private void ended(boolean failed, boolean slow) {
        if (detector.record(failed, slow)) {
            open();
        }
    }

    private void open() {
        circuit.tryTransition(this, new Open(circuit, detector.failureCount()), detector.openReason());
    }

    /** A call whose duration is measured: until it ends, or until the first part of its result has arrived. */
    private final class TimedCall implements Admission {

        private static final long RUNNING = -1;

        private final RunningCalls.Slice begun;
        private final long startedAt;
        private final long slowNanos;

        /** The duration; decided once, because its end and its first part may arrive at the same time. */
        private final AtomicLong took = new AtomicLong(RUNNING);

        TimedCall(RunningCalls others, long startedAt) {
            this.begun = others.begin(startedAt);
            this.startedAt = startedAt;
            this.slowNanos = others.limitNanos();
        }

        @Override
        public void onFirstElement() {
            stopClock();
        }

        @Override
        public boolean succeeded() {
            end(false);
            return true;
        }

        @Override
        public void failed() {
            end(true);
        }

        @Override
        public void ignored() {
            stopClock();
        }

        private void stopClock() {
            if (took.get() == RUNNING
                    && took.compareAndSet(RUNNING, Math.max(0, circuit.ticker().nanoTime() - startedAt))) {
                begun.leave();
            }
        }

        private void end(boolean failed) {
            stopClock();
            boolean slow = took.get() >= slowNanos;
            if (slow) {
                circuit.onSlowCall();
            }
            ended(failed, slow);
        }
    }
}
