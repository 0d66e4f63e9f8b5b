package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.AbstractPolicy;
import io.netrun.resilience.ClassPreparation;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.EventPublisher;
import io.netrun.resilience.Layer;
import io.netrun.resilience.Permit;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.Require;
import io.netrun.resilience.SafeLog;
import io.netrun.resilience.Subscription;
import io.netrun.resilience.Ticker;
import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops calling what keeps failing. CLOSED: calls are admitted and their outcomes are recorded; enough failures open
 * the circuit. OPEN: calls are rejected with a {@link CircuitOpenException} for the open duration. HALF_OPEN: a few
 * trials are admitted; enough successes close the circuit, one failure reopens it. Operators can also force it open,
 * disable it, or let it try. In mode {@link PolicyMode#OBSERVE} the states follow each other in the same way, but all
 * calls are admitted, unless an operator has forced the circuit open.
 *
 * <p>Thread-safe and lock-free. A call's outcome counts only for the state that admitted the call. A cancelled or
 * interrupted call counts as neither success nor failure; a call that exceeded the time limit around it counts as
 * failed, whatever its later outcome.
 */
public final class CircuitBreaker extends AbstractPolicy<CircuitBreakerConfig> {

    static {
        ClassPreparation.initialize(
                MethodHandles.lookup(),
                Circuit.class,
                CircuitBreaker.class,
                Closed.class,
                FailureDetector.class,
                ForcedOpen.class,
                HalfOpen.class,
                LastFailures.class,
                Open.class,
                OutcomeRecorder.class,
                OutcomeRecorder.Verdict.class,
                OutcomeRing.class,
                TransitionAnnouncer.class,
                UnrecordedCall.class);
    }

    /** The pattern, for the registry. */
    public static final PolicyType<CircuitBreaker, CircuitBreakerConfig> TYPE = new PolicyType<>(
            "circuit-breaker", CircuitBreaker.class, CircuitBreakerConfig.defaults(), CircuitBreaker::of);

    /** The state of a circuit. */
    public enum State {
        /** Calls are admitted and recorded; a part of them is rejected while the circuit ramps up after trials. */
        CLOSED,
        /** Calls are rejected for a time. */
        OPEN,
        /** Trials are admitted. */
        HALF_OPEN,
        /** Calls are rejected until an operator's {@link CircuitBreaker#reset()}. */
        FORCED_OPEN,
        /** Calls are admitted and not recorded, until an operator's {@link CircuitBreaker#reset()}. */
        DISABLED
    }

    /**
     * A call that counted as failed, as text: the exception itself is not retained.
     *
     * @param time when it ended, by the wall clock, to the millisecond
     * @param exception the class name of what it threw; null if it counts as failed for another reason
     * @param message the message of what it threw, cut to 500 characters; null if there is none
     * @param reason why it counts as failed, if not for what it threw: {@code given up by Timeout 'payments'}, its
     *     result, or a trial that took too long; null otherwise
     */
    public record Failure(
            Instant time,
            @Nullable String exception,
            @Nullable String message,
            @Nullable String reason) {}

    private static final Logger log = LoggerFactory.getLogger(CircuitBreaker.class);

    private final Circuit circuit;
    private final OutcomeRecorder outcomes;
    private final InitialState initialState;
    private volatile boolean tightened;

    @SuppressWarnings("this-escape") // the circuit only keeps the reference
    private CircuitBreaker(String name, CircuitBreakerConfig config, Ticker ticker) {
        super(name, config, ticker);
        this.initialState = config.initialState();
        this.circuit = new Circuit(name, config, ticker(), waits(), new Announcements());
        this.outcomes = new OutcomeRecorder(config, events(), circuit);
    }

    /** Creates a circuit breaker with the default settings. */
    public static CircuitBreaker of(String name) {
        return of(name, CircuitBreakerConfig.defaults());
    }

    /**
     * Creates a circuit breaker.
     *
     * @param name 1 to 200 characters
     * @param settings changes the defaults, as in {@code c -> c.failureThreshold(3)}
     * @throws IllegalArgumentException if the name or a setting is out of its range
     */
    public static CircuitBreaker of(String name, Consumer<CircuitBreakerConfig.Builder> settings) {
        CircuitBreakerConfig.Builder builder = CircuitBreakerConfig.builder();
        settings.accept(builder);
        return of(name, builder.build());
    }

    /** Creates a circuit breaker in real time. */
    public static CircuitBreaker of(String name, CircuitBreakerConfig config) {
        return of(name, config, Ticker.system());
    }

    /** Creates a circuit breaker that measures time with a ticker. */
    public static CircuitBreaker of(String name, CircuitBreakerConfig config, Ticker ticker) {
        return new CircuitBreaker(name, config, ticker);
    }

    @Override
    public PolicyType<CircuitBreaker, CircuitBreakerConfig> type() {
        return TYPE;
    }

    /**
     * Returns the current state. An OPEN circuit whose time is over becomes HALF_OPEN with the next call, not by
     * itself.
     */
    public State state() {
        return circuit.state().state();
    }

    @Override
    public CircuitBreakerMetrics metrics() {
        CircuitState state = circuit.state();
        return new CircuitBreakerMetrics(
                state.state(),
                state.failureCount(),
                state.successCount(),
                state.halfOpenCalls(),
                outcomes.lastFailures().list().stream()
                        .map(Failure::time)
                        .findFirst()
                        .orElse(null),
                state.nextTrialTime(),
                state.rampUpRate(),
                outcomes.totalSucceeded(),
                outcomes.totalFailed(),
                outcomes.totalIgnored(),
                outcomes.totalCancelled(),
                circuit.totalRejected(),
                circuit.totalSlow(),
                circuit.totalOpened(),
                circuit.totalWouldReject());
    }

    /**
     * Returns the calls in the window. OPEN and HALF_OPEN: those that opened the circuit. Empty if the
     * {@linkplain CircuitBreakerConfig#detection() detection} has no window, and in the states of an operator.
     */
    public Optional<RecentCalls> recentCalls() {
        return Optional.ofNullable(circuit.state().recentCalls());
    }

    /**
     * A circuit breaker is idle if it is CLOSED, has no recorded failures and does not ramp up. One that begins
     * FORCED_OPEN or DISABLED is idle in that state.
     */
    @Override
    public boolean isIdle() {
        CircuitState state = circuit.state();
        return switch (state.state()) {
            case CLOSED -> state.failureCount() == 0 && state.rampUpRate() == 100;
            case OPEN, HALF_OPEN -> false;
            case FORCED_OPEN, DISABLED -> !isForced();
        };
    }

    /**
     * A circuit breaker is forced if it is FORCED_OPEN or DISABLED, unless it has begun in that state. One that has
     * begun so is forced in any other state, because only an operator can have changed that.
     */
    @Override
    public boolean isForced() {
        return switch (state()) {
            case FORCED_OPEN -> initialState != InitialState.FORCED_OPEN;
            case DISABLED -> initialState != InitialState.DISABLED;
            case CLOSED, OPEN, HALF_OPEN -> initialState != InitialState.CLOSED;
        };
    }

    /** A circuit breaker is enabled unless it is DISABLED. One that has begun in that state is enabled all the same. */
    @Override
    public boolean isEnabled() {
        return !(circuit.state() instanceof Disabled disabled) || disabled.isInitial();
    }

    /**
     * A disabled circuit breaker is DISABLED. Enabled again, it is CLOSED with zero counts, or FORCED_OPEN if it was
     * that before.
     */
    @Override
    public void setEnabled(boolean enabled) {
        if (enabled) {
            circuit.enable();
        } else {
            circuit.switchOff();
        }
        onChanged();
    }

    @Override
    protected void onReconfigured() {
        outcomes.reconfigure(config());
        circuit.reconfigure(config(), tightened);
    }

    /**
     * Resets the circuit to CLOSED with zero counts, from any state. Calls in flight no longer count. Totals are kept.
     */
    public void reset() {
        circuit.reset();
        outcomes.lastFailures().clear();
    }

    /**
     * Makes the circuit HALF_OPEN, from any state: the next calls are trials, which close or open it. Does nothing if
     * it is HALF_OPEN already. A trial that fails opens the circuit for the open duration, even one that was
     * FORCED_OPEN or DISABLED.
     */
    public void halfOpen() {
        circuit.halfOpen();
        onChanged();
    }

    /** Returns the last five failures since creation or reset, the latest first; a copy. */
    public List<Failure> lastFailures() {
        return outcomes.lastFailures().list();
    }

    /** Rejects all calls until {@link #reset()}, in mode observe as well. */
    public void forceOpen() {
        circuit.forceOpen();
        onChanged();
    }

    /** Admits all calls without recording them until {@link #reset()}. */
    public void disable() {
        circuit.disable();
        onChanged();
    }

    /**
     * Halves the thresholds in force, or ends that: the failure threshold and the minimum number of calls, at least 2
     * and never above the configured ones. {@link #config()} stays what it is. What has been counted is kept.
     *
     * @apiNote For authors of coordination across processes.
     */
    public void tighten(boolean tightened) {
        this.tightened = tightened;
        applyConfig();
    }

    /**
     * Opens a circuit that is CLOSED or HALF_OPEN, for the open duration. It counts as opened; a half-open one opens
     * without growth of its open duration, because no trial failed.
     *
     * @apiNote For authors of coordination across processes.
     * @param reason a readable reason, such as "fleet: 7 of 12 nodes"
     * @return false if the circuit is in another state
     */
    public boolean open(String reason) {
        return circuit.tryOpen(Objects.requireNonNull(reason, "reason"), ticker().nanoTime());
    }

    /**
     * Opens the circuit as {@link #open(String)} does, unless an operator has {@linkplain #reset() reset} it or
     * {@linkplain #halfOpen() begun trials} after a moment: what was decided elsewhere before that does not count.
     *
     * @apiNote For authors of coordination across processes.
     * @param since the moment of the decision, in the time of the {@linkplain #ticker() ticker}, in nanoseconds
     * @return false if it was, or if the circuit is in another state
     */
    public boolean open(String reason, long since) {
        return circuit.tryOpen(Objects.requireNonNull(reason, "reason"), since);
    }

    /**
     * Returns whether an operator has reset the circuit or begun trials after a moment. True as soon as that is done,
     * before its event arrives.
     *
     * @apiNote For authors of coordination across processes.
     * @param moment in the time of the {@linkplain #ticker() ticker}, in nanoseconds
     */
    public boolean isOperatedSince(long moment) {
        return circuit.isOperatedSince(moment);
    }

    /**
     * Holds the circuit: while it is OPEN it admits no trial before a time is over, even if its open duration ends
     * earlier. Replaces an earlier hold, and applies to later open periods, too. Bounded by time, so that it ends even
     * if nothing ends it.
     *
     * @apiNote For authors of coordination across processes.
     * @param nanos nanoseconds from now; zero ends the hold
     * @throws IllegalArgumentException if it is negative
     */
    public void holdOpen(long nanos) {
        circuit.hold(Require.nanos(Require.notNegative("nanos", Duration.ofNanos(nanos))));
    }

    /**
     * Ends the open duration of an OPEN circuit: the next call is a trial, unless the circuit is {@linkplain #holdOpen
     * held}.
     *
     * @apiNote For authors of coordination across processes.
     * @return false if the circuit is in another state
     */
    public boolean expireOpen() {
        return circuit.tryExpire();
    }

    /**
     * Returns whether the circuit is OPEN and its open duration is over, so that the next call is a trial, unless the
     * circuit is {@linkplain #holdOpen held}.
     */
    public boolean isTrialDue() {
        return circuit.state() instanceof Open open && open.isExpired();
    }

    /**
     * Acquires a permit for a call that cannot be passed as a lambda. Settle it when the call has ended. A permit that
     * is acquired within a protected call is also settled when that one is given up: as failed if a time limit is
     * exceeded, and otherwise as cancelled. A failure that the acquiring thread reports while it is interrupted counts
     * as cancelled, too. A permit of a half-open circuit that is never settled counts as failed after
     * {@link CircuitBreakerConfig#halfOpenMaxDuration()}.
     *
     * @throws CircuitOpenException if the call is rejected
     */
    public Permit acquirePermit() {
        return CircuitBreakerPermit.of(circuit.admit(), outcomes, Deadline.current());
    }

    /**
     * Acquires a permit as {@link #acquirePermit()} does. Returns empty if the call is rejected, which counts as a
     * rejection.
     */
    public Optional<Permit> tryAcquirePermit() {
        try {
            return Optional.of(acquirePermit());
        } catch (CircuitOpenException rejection) {
            return Optional.empty();
        }
    }

    /** Registers a listener for every change of state; otherwise like {@link #on(Class, Consumer)}. */
    public Subscription onStateChange(BiConsumer<State, State> fromTo) {
        return on(CircuitBreakerEvent.StateChanged.class, event -> fromTo.accept(event.from(), event.to()));
    }

    @Override
    public Layer around(Layer next) {
        return new CircuitBreakerLayer(circuit, outcomes, next);
    }

    @Override
    public String toString() {
        return "CircuitBreaker '" + name() + "' (" + state() + ")";
    }

    /** Publishes what happens in the circuit. */
    private final class Announcements implements Circuit.Listener {

        /** Captures the context of the thread that causes the transition, because another thread may announce it. */
        @Override
        public Runnable announcement(State from, State to, String reason) {
            Instant time = ticker().now();
            PolicyMode mode = config().mode();
            Runnable announcement =
                    () -> events().publish(new CircuitBreakerEvent.StateChanged(name(), time, from, to, reason, mode));
            try {
                return EventPublisher.inContext(announcement);
            } catch (Throwable thrown) {
                SafeLog.error(
                        log, "CircuitBreaker '{}': the context of a transition could not be captured", name(), thrown);
                return announcement;
            }
        }

        @Override
        public void onWouldReject(State by) {
            if (events().wants(CircuitBreakerEvent.WouldReject.class)) {
                events().publish(new CircuitBreakerEvent.WouldReject(name(), ticker().now(), by));
            }
        }
    }
}
