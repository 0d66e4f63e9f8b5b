package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.circuitbreaker.CircuitState.Admission;

/** Calls pass; their outcomes are watched. One object serves all calls of the period, so admitting allocates nothing. */
final class Closed extends CircuitState implements Admission {

    private final Circuit circuit;
    private final FailureDetector detector;

    Closed(Circuit circuit) {
        this.circuit = circuit;
        this.detector = new LeakyCount(circuit.config().failureThreshold());
    }

    @Override
    CircuitBreaker.State state() {
        return CircuitBreaker.State.CLOSED;
    }

    @Override
    Admission admit() {
        return this;
    }

    @Override
    public void succeeded() {
        if (detector.onSuccess()) {
            open();
        }
    }

    @Override
    public void failed() {
        if (detector.onFailure()) {
            open();
        }
    }

    @Override
    public void ignored() {
        // Nothing is held for a call in a closed circuit.
    }

    @Override
    int failureCount() {
        return detector.failureCount();
    }

    private void open() {
        circuit.transition(this, new Open(circuit, detector.failureCount()));
    }
}
