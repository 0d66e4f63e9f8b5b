package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.Require;
import io.netrun.resilience.circuitbreaker.CircuitState.Admission;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Calls are admitted and their outcomes are recorded. One object serves all calls of the period, so admitting a call
 * allocates nothing, unless the duration of calls is measured as well. After trials, the circuit may ramp up: it admits
 * a part of the calls at first, which rises with time.
 */
final class Closed extends CircuitState implements Admission {

    private static final VarHandle CHECKS = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "checks", VarHandle.class, Closed.class, Checks.class);

    private final Circuit circuit;
    private volatile FailureDetector detector;

    /** What a call must pass; null for nothing. */
    private volatile @Nullable Checks checks;

    /** Creates a period that admits all calls. */
    Closed(Circuit circuit) {
        this(circuit, null);
    }

    private Closed(Circuit circuit, @Nullable RampUp rampUp) {
        this.circuit = circuit;
        this.detector = FailureDetector.of(circuit.detectionConfig(), circuit.ticker());
        this.checks = Checks.of(runningCalls(circuit.config().slowCallDuration()), rampUp);
    }

    /** Creates the period after successful trials, which ramps up if the settings ask for it. */
    static Closed afterTrials(Circuit circuit) {
        CircuitBreakerConfig config = circuit.config();
        return new Closed(
                circuit,
                config.rampUpDuration().isZero()
                        ? null
                        : new RampUp(config, circuit.ticker().nanoTime()));
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
        Checks seen;
        Checks next;
        do {
            seen = checks;
            next = checks(seen, config);
        } while (next != seen && !CHECKS.compareAndSet(this, seen, next));
    }

    /** Returns the checks with other settings; the same object if they are the same. */
    private @Nullable Checks checks(@Nullable Checks seen, CircuitBreakerConfig config) {
        RunningCalls watching = seen == null ? null : seen.running;
        RampUp ramp = seen == null ? null : seen.rampUp;
        RunningCalls running = watching;
        Duration slow = config.slowCallDuration();
        if (slow == null ? watching != null : watching == null || watching.limitNanos() != Require.nanos(slow)) {
            running = runningCalls(slow);
        }
        RampUp rampUp = ramp == null || ramp.isAskedForBy(config) ? ramp : ramp.with(config);
        return running == watching && rampUp == ramp ? seen : Checks.of(running, rampUp);
    }

    @Override
    CircuitBreaker.State state() {
        return CircuitBreaker.State.CLOSED;
    }

    @Override
    @Nullable
    Admission admit() {
        Checks present = checks;
        return present == null ? this : admit(present);
    }

    private @Nullable Admission admit(Checks present) {
        long now = circuit.ticker().nanoTime();
        RunningCalls others = present.running;
        if (others != null && detector.shouldOpen(others.overdue(now))) {
            open();
            return null;
        }
        RampUp ramp = present.rampUp;
        if (ramp != null && !passes(present, ramp, now)) {
            return circuit.state() == this ? circuit.reject(this) : null;
        }
        return others == null ? this : new TimedCall(others, now);
    }

    /** A ramp that is over is forgotten, so that it costs later calls nothing. */
    private boolean passes(Checks present, RampUp ramp, long now) {
        if (ramp.remainingNanos(now) == 0) {
            CHECKS.compareAndSet(this, present, Checks.of(present.running, null));
            return true;
        }
        return ramp.tryAdmit(now);
    }

    @Override
    double rampUpRate() {
        Checks present = checks;
        RampUp ramp = present == null ? null : present.rampUp;
        return ramp == null ? super.rampUpRate() : ramp.rate(circuit.ticker().nanoTime());
    }

    /** In mode observe, no call is rejected. */
    @Override
    long remainingRejectionNanos() {
        Checks present = checks;
        RampUp ramp = present == null || circuit.isObserving() || circuit.state() != this ? null : present.rampUp;
        return ramp == null ? 0 : ramp.remainingNanos(circuit.ticker().nanoTime());
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

    @Override
    @Nullable
    RecentCalls recentCalls() {
        return detector.recentCalls();
    }

    private void ended(boolean failed, boolean slow) {
        if (detector.record(failed, slow)) {
            open();
        }
    }

    private void open() {
        circuit.tryTransition(
                this, new Open(circuit, detector.failureCount(), detector.recentCalls()), detector.openReason());
    }

    /** What a call must pass before it is admitted. A class and not a record: it is compared by identity. */
    private static final class Checks {

        /** The running calls, of which too many may be slow; null if slow calls are not detected. */
        final @Nullable RunningCalls running;

        /** Null unless the circuit ramps up. */
        final @Nullable RampUp rampUp;

        private Checks(@Nullable RunningCalls running, @Nullable RampUp rampUp) {
            this.running = running;
            this.rampUp = rampUp;
        }

        static @Nullable Checks of(@Nullable RunningCalls running, @Nullable RampUp rampUp) {
            return running == null && rampUp == null ? null : new Checks(running, rampUp);
        }
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
