package io.netrun.resilience.bulkhead;

import java.util.concurrent.atomic.AtomicInteger;

/** A call that takes a place or waits for one, and knows how many it has got. */
final class Arrival implements FairSemaphore.Waiter {

    private final AtomicInteger granted = new AtomicInteger();

    /** {@link FairSemaphore#FULL} if it was refused or has not waited. */
    private long ticket = FairSemaphore.FULL;

    /** Takes a place, or stands in the queue. */
    Arrival arrive(FairSemaphore places) {
        if (places.tryAcquire()) {
            onPermit();
        } else {
            ticket = places.enqueue(this);
        }
        return this;
    }

    /** 1 if it left the queue without a place. */
    int leave(FairSemaphore places, boolean asRejected) {
        return places.cancel(ticket, asRejected) ? 1 : 0;
    }

    @Override
    public void onPermit() {
        granted.incrementAndGet();
    }

    int places() {
        return granted.get();
    }
}
