package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.Require;
import io.netrun.resilience.circuitbreaker.CircuitState.Admission;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Calls pass; their outcomes are watched. One object serves all calls of the period, so admitting allocates nothing, unless
 * the time that calls take is watched too.
 */
final class Closed extends CircuitState implements Admission {

    private final Circuit circuit;
    private final FailureDetector detector;
    private final long slowNanos;
    private final @Nullable RunningCalls running;

    Closed(Circuit circuit) {
        CircuitBreakerConfig config = circuit.config();
        Duration slow = config.slowCallDuration();
        this.circuit = circuit;
        this.detector = FailureDetector.of(config, circuit.ticker());
        this.slowNanos = slow == null ? Long.MAX_VALUE : Require.nanos(slow);
        this.running = slow == null
                ? null
                : new RunningCalls(slowNanos, circuit.ticker().nanoTime());
    }

    @Override
    CircuitBreaker.State state() {
        return CircuitBreaker.State.CLOSED;
    }

    @Override
    @Nullable
    Admission admit() {
        return running == null ? this : admit(running);
    }

    private @Nullable Admission admit(RunningCalls others) {
        long now = circuit.ticker().nanoTime();
        if (detector.opensWith(others.overdue(now))) {
            open();
            return null;
        }
        return new TimedCall(others.begin(now), now);
    }

    @Override
    public void succeeded() {
        ended(false, false);
    }

    @Override
    public void failed() {
        ended(true, false);
    }

    @Override
    public void ignored() {
        // Nothing is held for a call in a closed circuit.
    }

    @Override
    int failureCount() {
        return detector.failureCount();
    }

    private void ended(boolean failed, boolean slow) {
        if (detector.onEnd(failed, slow)) {
            open();
        }
    }

    private void open() {
        circuit.transition(this, new Open(circuit, detector.failureCount()));
    }

    /** A call whose time is taken. */
    private final class TimedCall implements Admission {

        private final RunningCalls.Slice begun;
        private final long startedAt;

        TimedCall(RunningCalls.Slice begun, long startedAt) {
            this.begun = begun;
            this.startedAt = startedAt;
        }

        @Override
        public void succeeded() {
            end(false);
        }

        @Override
        public void failed() {
            end(true);
        }

        @Override
        public void ignored() {
            begun.leave();
        }

        private void end(boolean failed) {
            begun.leave();
            ended(failed, circuit.ticker().nanoTime() - startedAt >= slowNanos);
        }
    }
}
