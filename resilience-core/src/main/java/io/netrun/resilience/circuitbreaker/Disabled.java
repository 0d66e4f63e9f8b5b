package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.circuitbreaker.CircuitState.Admission;

/** An operator or the initial state has disabled the protection: every call is admitted, and no outcome counts. */
final class Disabled extends CircuitState implements Admission {

    private final boolean wasForcedOpen;
    private final boolean isInitial;

    Disabled(boolean wasForcedOpen) {
        this(wasForcedOpen, false);
    }

    private Disabled(boolean wasForcedOpen, boolean isInitial) {
        this.wasForcedOpen = wasForcedOpen;
        this.isInitial = isInitial;
    }

    /** Creates the first state of a circuit that begins disabled. */
    static Disabled initially() {
        return new Disabled(false, true);
    }

    /** Returns whether the circuit has begun in this state, so that nobody has switched it off. */
    boolean isInitial() {
        return isInitial;
    }

    /** Returns whether an operator had forced the circuit open before the protection was disabled. */
    boolean wasForcedOpen() {
        return wasForcedOpen;
    }

    @Override
    CircuitBreaker.State state() {
        return CircuitBreaker.State.DISABLED;
    }

    @Override
    Admission admit() {
        return this;
    }

    @Override
    public boolean succeeded() {
        return true;
    }

    @Override
    public void failed() {
        // Outcomes are ignored.
    }

    @Override
    public void ignored() {
        // Outcomes are ignored.
    }
}
