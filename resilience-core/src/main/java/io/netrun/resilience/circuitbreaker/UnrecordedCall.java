package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.circuitbreaker.CircuitState.Admission;

/** The admission of a call that an enforced circuit would have rejected: its outcome does not change the circuit. */
enum UnrecordedCall implements Admission {
    INSTANCE;

    @Override
    public boolean succeeded() {
        return true;
    }

    @Override
    public void failed() {
        // The circuit does not know this call.
    }

    @Override
    public void ignored() {
        // The circuit does not know this call.
    }
}
