package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.PendingWaits;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.circuitbreaker.CircuitState.Admission;
import io.netrun.resilience.circuitbreaker.TransitionAnnouncer.Transition;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.LongAdder;

/**
 * The state machine. Its state is one reference; every transition is one compare-and-set from the state that asked for
 * it, and has its effects only after that was won.
 */
final class Circuit {

    private static final VarHandle STATE = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "state", VarHandle.class, Circuit.class, CircuitState.class);

    /** Prepares the announcement of a transition that may be about to happen. */
    interface TransitionListener {

        /**
         * What calls the listeners if it does happen; run outside of any lock, by any thread, in the order of
         * transitions.
         */
        Runnable announcement(CircuitBreaker.State from, CircuitBreaker.State to, String reason);
    }

    private final String name;
    private volatile CircuitBreakerConfig config;
    private final Ticker ticker;
    private final PendingWaits waits;
    private final TransitionListener listener;
    private final LongAdder rejected = new LongAdder();
    private final LongAdder slow = new LongAdder();
    private final LongAdder opened = new LongAdder();

    private volatile CircuitState state;
    private final TransitionAnnouncer transitions;

    @SuppressWarnings("this-escape") // the states only keep the reference
    Circuit(String name, CircuitBreakerConfig config, Ticker ticker, PendingWaits waits, TransitionListener listener) {
        this.name = name;
        this.config = config;
        this.ticker = ticker;
        this.waits = waits;
        this.listener = listener;
        this.state = new Closed(this);
        this.transitions = new TransitionAnnouncer(state, () -> state);
    }

    String name() {
        return name;
    }

    CircuitBreakerConfig config() {
        return config;
    }

    Ticker ticker() {
        return ticker;
    }

    /** Who hears of the closing of the circuit breaker. */
    PendingWaits waits() {
        return waits;
    }

    CircuitState state() {
        return state;
    }

    long totalRejected() {
        return rejected.sum();
    }

    long totalSlow() {
        return slow.sum();
    }

    long totalOpened() {
        return opened.sum();
    }

    /** Admits a call or throws. */
    Admission admit() {
        while (true) {
            Admission admission = state.admit();
            if (admission != null) {
                return admission;
            }
        }
    }

    /** Moves on, unless another transition was faster; whether it has. */
    boolean transition(CircuitState from, CircuitState to, String reason) {
        boolean changes = from.state() != to.state();
        to.arrive(new Transition(from, changes ? listener.announcement(from.state(), to.state(), reason) : null));
        if (!STATE.compareAndSet(this, from, to)) {
            return false;
        }
        try {
            moved(from, to);
        } finally {
            transitions.won();
        }
        return true;
    }

    /**
     * Puts another object in place of a state that goes on with changed settings, unless a transition was faster. Calls
     * no listener, not even about transitions of other threads, since settings change under a lock.
     */
    void replace(CircuitState from, CircuitState to) {
        to.arrive(new Transition(from, null));
        if (STATE.compareAndSet(this, from, to)) {
            moved(from, to);
        }
    }

    /** Has the present state go by other settings; the states to come will. */
    void follow(CircuitBreakerConfig next) {
        config = next;
        state.reconfigured();
    }

    void reset() {
        force(new Closed(this), "reset");
    }

    void forceOpen() {
        force(new ForcedOpen(this), "forced open");
    }

    void disable() {
        force(new Disabled(false), "disabled");
    }

    /** Disables, until it is switched on; a circuit that an operator has forced open is forced open again then. */
    void switchOff() {
        CircuitState seen;
        do {
            seen = state;
        } while (!transition(
                seen,
                new Disabled(
                        seen instanceof ForcedOpen || (seen instanceof Disabled already && already.wasForcedOpen())),
                "disabled"));
    }

    void enable() {
        CircuitState seen = state;
        if (seen instanceof Disabled disabled) {
            transition(seen, disabled.wasForcedOpen() ? new ForcedOpen(this) : new Closed(this), "enabled");
        }
    }

    CircuitOpenException rejection(CircuitState by) {
        rejected.increment();
        return new CircuitOpenException(name, by, config.stackTraces());
    }

    void onSlowCall() {
        slow.increment();
    }

    /** An operator's transition wins over whatever the state is. */
    private void force(CircuitState to, String reason) {
        CircuitState seen;
        do {
            seen = state;
        } while (!transition(seen, to, reason));
    }

    private void moved(CircuitState from, CircuitState to) {
        if (from.state() != to.state() && to.state() == CircuitBreaker.State.OPEN) {
            opened.increment();
        }
        from.onExit();
        to.onEnter();
        // It was made before it could hear of another change of settings.
        to.reconfigured();
    }
}
