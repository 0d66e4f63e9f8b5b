package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.circuitbreaker.CircuitState.Admission;

/** An operator has disabled the protection: every call is admitted, and no outcome counts. */
final class Disabled extends CircuitState implements Admission {

    private final boolean wasForcedOpen;

    Disabled(boolean wasForcedOpen) {
        this.wasForcedOpen = wasForcedOpen;
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
