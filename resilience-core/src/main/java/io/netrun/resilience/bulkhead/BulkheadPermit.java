package io.netrun.resilience.bulkhead;

import io.netrun.resilience.Permit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A permit held by user code. The outcome of the call does not matter. */
final class BulkheadPermit extends AtomicBoolean implements Permit {

    private static final long serialVersionUID = 1L;

    private final transient HeldPermit held;

    BulkheadPermit(HeldPermit held) {
        this.held = held;
    }

    @Override
    public void onSuccess() {
        release();
    }

    @Override
    public void onFailure(Throwable failure) {
        release();
    }

    @Override
    public void onIgnored() {
        release();
    }

    private void release() {
        if (compareAndSet(false, true)) {
            held.release();
        }
    }
}
