package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.PendingWaits;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.circuitbreaker.CircuitState.Admission;
import io.netrun.resilience.circuitbreaker.TransitionAnnouncer.Transition;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * The state machine. Its state is one reference; every transition is one compare-and-set from the state that requested
 * it, and has its effects only after that compare-and-set succeeded.
 */
final class Circuit {

    private static final VarHandle STATE = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "state", VarHandle.class, Circuit.class, CircuitState.class);

    /** Receives what happens in the circuit. */
    interface Listener {

        /**
         * Returns the task that calls the listeners. It runs only if the transition happens, outside of any lock, on
         * any thread, in the order of transitions.
         */
        Runnable announcement(CircuitBreaker.State from, CircuitBreaker.State to, String reason);

        /** Called in mode observe, on the calling thread, for each call that the circuit would reject. */
        void onWouldReject(CircuitBreaker.State by);
    }

    private final String name;
    private volatile CircuitBreakerConfig config;

    /** The settings, with the thresholds that are in force. */
    private volatile CircuitBreakerConfig detectionConfig;

    private final Ticker ticker;
    private final PendingWaits waits;
    private final Listener listener;
    private final LongAdder rejected = new LongAdder();
    private final LongAdder wouldReject = new LongAdder();
    private final LongAdder slow = new LongAdder();
    private final LongAdder opened = new LongAdder();

    /** Until when an open circuit admits no trial, in the ticker's time; only while {@link #held}. */
    private volatile long heldUntil;

    private volatile boolean held;

    /** When an operator has reset the circuit or begun trials, at last: written before the state. */
    private volatile long operatedAt;

    private volatile CircuitState state;
    private final TransitionAnnouncer transitions;

    @SuppressWarnings("this-escape") // the states only keep the reference
    Circuit(String name, CircuitBreakerConfig config, Ticker ticker, PendingWaits waits, Listener listener) {
        this.name = name;
        this.config = config;
        this.detectionConfig = config;
        this.ticker = ticker;
        this.waits = waits;
        this.listener = listener;
        this.operatedAt = ticker.nanoTime() - Long.MAX_VALUE / 2; // never
        this.state = switch (config.initialState()) {
            case CLOSED -> new Closed(this);
            case FORCED_OPEN -> new ForcedOpen(this);
            case DISABLED -> Disabled.initially();
        };
        this.transitions = new TransitionAnnouncer(state, () -> state);
    }

    String name() {
        return name;
    }

    CircuitBreakerConfig config() {
        return config;
    }

    CircuitBreakerConfig detectionConfig() {
        return detectionConfig;
    }

    Ticker ticker() {
        return ticker;
    }

    /** Returns the parts that are notified when the circuit breaker is shut down. */
    PendingWaits pendingWaits() {
        return waits;
    }

    CircuitState state() {
        return state;
    }

    long totalRejected() {
        return rejected.sum();
    }

    long totalWouldReject() {
        return wouldReject.sum();
    }

    long totalSlow() {
        return slow.sum();
    }

    long totalOpened() {
        return opened.sum();
    }

    /** Admits a call, or throws. */
    Admission admit() {
        while (true) {
            Admission admission = state.admit();
            if (admission != null) {
                return admission;
            }
            announce(); // the circuit has moved on
        }
    }

    /** Calls the listeners for transitions that were made, unless another thread does. Never throws. */
    void announce() {
        transitions.announce();
    }

    /** Calls the listeners as {@link #announce()} does, on a worker. */
    void announceOnWorker(Consumer<Runnable> worker) {
        if (transitions.tryTake()) {
            worker.accept(transitions::announceTaken);
        }
    }

    /** Returns whether there is a transition to announce. */
    boolean hasTransition() {
        return transitions.isDue();
    }

    /**
     * Makes a transition, which the calling thread must {@link #announce()}. Returns false if another transition was
     * faster.
     */
    boolean tryTransition(CircuitState from, CircuitState to, String reason) {
        boolean changes = from.state() != to.state();
        to.setEntryTransition(
                new Transition(from, changes ? listener.announcement(from.state(), to.state(), reason) : null));
        if (!STATE.compareAndSet(this, from, to)) {
            return false;
        }
        transitions.onTransition();
        try {
            onTransition(from, to);
        } catch (Throwable thrown) {
            announce();
            throw thrown;
        }
        return true;
    }

    /**
     * Replaces a state by one with changed settings, unless a transition was faster. Calls no listener, not even for
     * transitions of other threads, because settings change under a lock.
     */
    void replace(CircuitState from, CircuitState to) {
        to.setEntryTransition(new Transition(from, null));
        if (STATE.compareAndSet(this, from, to)) {
            onTransition(from, to);
        }
    }

    /**
     * Applies other settings to the current state and to later ones.
     *
     * @param tightened whether thresholds are halved
     */
    void reconfigure(CircuitBreakerConfig next, boolean tightened) {
        config = next;
        detectionConfig = tightened ? next.tightened() : next;
        state.onReconfigured();
    }

    /** Opens a circuit that is closed or half-open, unless it was operated after a moment. Returns whether it did. */
    boolean tryOpen(String reason, long since) {
        CircuitState seen;
        Open open;
        do {
            seen = state;
            if (isOperatedSince(since)) {
                return false; // read after the state: a reset in between has another one
            }
            if (seen instanceof HalfOpen trying) {
                open = trying.restarted();
            } else if (seen instanceof Closed) {
                open = new Open(this, seen.failureCount(), seen.recentCalls());
            } else {
                return false;
            }
        } while (!tryTransition(seen, open, reason));
        announce();
        return true;
    }

    /** Returns whether an operator has reset the circuit or begun trials after a moment. */
    boolean isOperatedSince(long moment) {
        return operatedAt - moment > 0;
    }

    /** Ends the open duration of an open circuit. Returns whether it was open. */
    boolean tryExpire() {
        if (state instanceof Open open) {
            open.expire();
            return true;
        }
        return false;
    }

    /** Holds an open circuit: it admits no trial before a time is over. */
    void hold(long nanos) {
        heldUntil = ticker.nanoTime() + nanos;
        held = nanos > 0;
    }

    /** Returns how much longer an open circuit is held, in nanoseconds; 0 if it is not. */
    long heldNanos() {
        return held ? Math.max(0, heldUntil - ticker.nanoTime()) : 0;
    }

    void reset() {
        operatedAt = ticker.nanoTime();
        force(new Closed(this), "reset");
    }

    /** Begins trials, unless they have begun. */
    void halfOpen() {
        operatedAt = ticker.nanoTime();
        CircuitState seen;
        HalfOpen trying;
        do {
            seen = state;
            if (seen instanceof HalfOpen) {
                return;
            }
            trying = new HalfOpen(this, seen instanceof Open open ? open : Open.beforeTrials(this, seen));
        } while (!tryTransition(seen, trying, "set half-open"));
        announce();
    }

    void forceOpen() {
        force(new ForcedOpen(this), "forced open");
    }

    void disable() {
        force(new Disabled(false), "disabled");
    }

    /**
     * Disables the circuit until it is enabled again. A circuit that an operator has forced open is forced open again
     * then.
     */
    void switchOff() {
        CircuitState seen;
        do {
            seen = state;
        } while (!tryTransition(
                seen,
                new Disabled(
                        seen instanceof ForcedOpen || (seen instanceof Disabled already && already.wasForcedOpen())),
                "disabled"));
        announce();
    }

    void enable() {
        CircuitState seen = state;
        if (seen instanceof Disabled disabled) {
            tryTransition(seen, disabled.wasForcedOpen() ? new ForcedOpen(this) : new Closed(this), "enabled");
            announce();
        }
    }

    /** Returns whether rejections are only counted. */
    boolean isObserving() {
        return config.mode() == PolicyMode.OBSERVE;
    }

    /**
     * Rejects a call. In mode observe, counts that it would be rejected, and admits it without recording its outcome:
     * an enforced circuit would not know it.
     *
     * @throws CircuitOpenException unless in mode observe
     */
    Admission reject(CircuitState by) {
        if (!isObserving()) {
            throw rejection(by);
        }
        wouldReject.increment();
        listener.onWouldReject(by.state());
        return UnrecordedCall.INSTANCE;
    }

    CircuitOpenException rejection(CircuitState by) {
        rejected.increment();
        return new CircuitOpenException(name, by, config.stackTraces());
    }

    void onSlowCall() {
        slow.increment();
    }

    /** Makes an operator's transition, which succeeds from any state. */
    private void force(CircuitState to, String reason) {
        CircuitState seen;
        do {
            seen = state;
        } while (!tryTransition(seen, to, reason));
        announce();
    }

    private void onTransition(CircuitState from, CircuitState to) {
        if (from.state() != to.state() && to.state() == CircuitBreaker.State.OPEN) {
            opened.increment();
        }
        from.onExit();
        to.onEnter();
        // It was created before it could be notified of another change of settings.
        to.onReconfigured();
    }
}
