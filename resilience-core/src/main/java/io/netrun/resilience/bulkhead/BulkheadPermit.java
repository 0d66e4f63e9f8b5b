package io.netrun.resilience.bulkhead;

import io.netrun.resilience.Permit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A permit held by the user; how the call ended does not matter. */
final class BulkheadPermit extends AtomicBoolean implements Permit {

    private static final long serialVersionUID = 1L;

    private final transient FairSemaphore places;

    BulkheadPermit(FairSemaphore places) {
        this.places = places;
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
            places.release();
        }
    }
}
