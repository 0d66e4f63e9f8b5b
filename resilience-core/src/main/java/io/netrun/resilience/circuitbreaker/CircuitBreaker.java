package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.AbstractPolicy;
import io.netrun.resilience.ContextPropagation;
import io.netrun.resilience.FailureText;
import io.netrun.resilience.Layer;
import io.netrun.resilience.Permit;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.SafeLog;
import io.netrun.resilience.Subscription;
import io.netrun.resilience.Ticker;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops calling what keeps failing. CLOSED: calls pass and their outcomes are watched; enough failures open the
 * circuit. OPEN: calls are refused with a {@link CircuitOpenException}, for the open duration. HALF_OPEN: a few trials
 * are let in; enough successes close the circuit, one failure reopens it. Operators can also force it open or disable
 * it.
 *
 * <p>Thread-safe and lock-free. A call's outcome counts only for the state that admitted the call. A cancelled or
 * interrupted call counts as neither success nor failure; one that the time limit around it gave up counts as failed,
 * however it ends later.
 */
public final class CircuitBreaker extends AbstractPolicy<CircuitBreakerConfig> {

    /** The pattern, for the registry. */
    public static final PolicyType<CircuitBreaker, CircuitBreakerConfig> TYPE = new PolicyType<>(
            "circuit-breaker", CircuitBreaker.class, CircuitBreakerConfig.defaults(), CircuitBreaker::of);

    /** The state of a circuit. */
    public enum State {
        /** Calls pass and are watched. */
        CLOSED,
        /** Calls are refused for a time. */
        OPEN,
        /** Trials are let in. */
        HALF_OPEN,
        /** Calls are refused until an operator's {@link CircuitBreaker#reset()}. */
        FORCED_OPEN,
        /** Calls pass and are not watched, until an operator's {@link CircuitBreaker#reset()}. */
        DISABLED
    }

    /**
     * A call that counted as failed, as text: what it threw is not kept.
     *
     * @param time when it ended, by the wall clock
     * @param exception the class name of what it threw; null if it counts as failed for another reason
     * @param message the message of what it threw, cut to 500 characters; null if there is none
     * @param reason why it counts as failed, if not for what it threw: {@code given up by Timeout 'payments'}, its
     *     result, or a trial that took too long; null otherwise
     */
    public record Failure(
            Instant time,
            @Nullable String exception,
            @Nullable String message,
            @Nullable String reason) {

        static Failure of(Instant time, Throwable thrown) {
            return new Failure(time, thrown.getClass().getName(), FailureText.messageOf(thrown), null);
        }

        static Failure because(Instant time, String reason) {
            return new Failure(time, null, null, reason);
        }
    }

    private static final Logger log = LoggerFactory.getLogger(CircuitBreaker.class);

    private final Circuit circuit;
    private final OutcomeRecorder outcomes;

    private CircuitBreaker(String name, CircuitBreakerConfig config, Ticker ticker) {
        super(name, config, ticker);
        this.circuit = new Circuit(name, config, ticker, waits(), this::announcement);
        this.outcomes = new OutcomeRecorder(name, config, ticker, events());
    }

    /** A circuit breaker with the default settings. */
    public static CircuitBreaker of(String name) {
        return of(name, CircuitBreakerConfig.defaults());
    }

    /**
     * A circuit breaker.
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

    /** A circuit breaker in real time. */
    public static CircuitBreaker of(String name, CircuitBreakerConfig config) {
        return of(name, config, Ticker.system());
    }

    /** A circuit breaker that lives by a ticker. */
    public static CircuitBreaker of(String name, CircuitBreakerConfig config, Ticker ticker) {
        return new CircuitBreaker(name, config, ticker);
    }

    @Override
    public PolicyType<CircuitBreaker, CircuitBreakerConfig> type() {
        return TYPE;
    }

    /** The present state. An OPEN circuit whose time is over becomes HALF_OPEN with the next call, not by itself. */
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
                outcomes.totalSucceeded(),
                outcomes.totalFailed(),
                outcomes.totalIgnored(),
                outcomes.totalCancelled(),
                circuit.totalRejected(),
                circuit.totalSlow(),
                circuit.totalOpened());
    }

    /** Idle is a CLOSED circuit that holds no failure against what is called. */
    @Override
    public boolean isIdle() {
        CircuitState state = circuit.state();
        return state.state() == State.CLOSED && state.failureCount() == 0;
    }

    /** Whether it is FORCED_OPEN or DISABLED. */
    @Override
    public boolean isForced() {
        State state = state();
        return state == State.FORCED_OPEN || state == State.DISABLED;
    }

    /** False while it is DISABLED. */
    @Override
    public boolean isEnabled() {
        return state() != State.DISABLED;
    }

    /**
     * Switched off, it is DISABLED; switched on again, CLOSED with zero counts, or FORCED_OPEN if it was that before.
     */
    @Override
    public void setEnabled(boolean enabled) {
        if (enabled) {
            circuit.enable();
        } else {
            circuit.switchOff();
        }
    }

    @Override
    protected void onReconfigured() {
        outcomes.reconfigure(config());
        circuit.follow(config());
    }

    /** Returns to CLOSED with zero counts, from any state. Calls in flight no longer matter to it. Totals go on. */
    public void reset() {
        circuit.reset();
        outcomes.lastFailures().clear();
    }

    /** The last five failures since creation or reset, the latest first; a copy. */
    public List<Failure> lastFailures() {
        return outcomes.lastFailures().list();
    }

    /** Refuses all calls until {@link #reset()}. */
    public void forceOpen() {
        circuit.forceOpen();
    }

    /** Lets all calls pass unwatched until {@link #reset()}. */
    public void disable() {
        circuit.disable();
    }

    /**
     * Takes a permit for a call that can not be put into a lambda. Settle it when the call has ended; a permit of a
     * half-open circuit that is never settled is taken back after {@link CircuitBreakerConfig#halfOpenMaxDuration()}.
     *
     * @throws CircuitOpenException if the call is refused
     */
    public Permit acquirePermit() {
        return new CircuitBreakerPermit(circuit.admit(), outcomes);
    }

    /**
     * A permit for a call that cannot be put into a lambda, as {@link #acquirePermit()} gives it; empty if the call is
     * rejected. The rejection counts as one.
     */
    public Optional<Permit> tryAcquirePermit() {
        try {
            return Optional.of(acquirePermit());
        } catch (CircuitOpenException rejection) {
            return Optional.empty();
        }
    }

    /** Calls a listener after every change of state; otherwise as {@link #on(Class, Consumer)}. */
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

    /** In the context of the thread that causes the transition, since another one may announce it. */
    private Runnable announcement(State from, State to, String reason) {
        Instant time = ticker().now();
        Runnable announcement =
                () -> events().publish(new CircuitBreakerEvent.StateChanged(name(), time, from, to, reason));
        try {
            return ContextPropagation.wrap(announcement);
        } catch (Throwable thrown) {
            SafeLog.error(
                    log, "CircuitBreaker '{}': the context of a transition could not be captured", name(), thrown);
            return announcement;
        }
    }
}
