package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.circuitbreaker.CircuitState.Admission;

/** An operator has switched the protection off: every call passes, and no outcome changes anything. */
final class Disabled extends CircuitState implements Admission {

    private final boolean wasForcedOpen;

    Disabled(boolean wasForcedOpen) {
        this.wasForcedOpen = wasForcedOpen;
    }

    /** Whether an operator had forced the circuit open before the protection was switched off. */
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
        // Outcomes are not looked at.
    }

    @Override
    public void ignored() {
        // Outcomes are not looked at.
    }
}
