package io.netrun.resilience.bulkhead;

import java.util.concurrent.atomic.AtomicInteger;

/** A call that acquires a permit or waits for one, and counts the permits it was granted. */
final class Arrival implements FairSemaphore.Waiter {

    private final AtomicInteger granted = new AtomicInteger();

    /** {@link FairSemaphore#FULL} if it was rejected or has not waited. */
    private long ticket = FairSemaphore.FULL;

    /** Acquires a permit or enters the queue. */
    Arrival arrive(FairSemaphore semaphore) {
        if (semaphore.tryAcquire()) {
            onPermit();
        } else {
            ticket = semaphore.enqueue(this);
        }
        return this;
    }

    /** 1 if it left the queue without a permit. */
    int leave(FairSemaphore semaphore) {
        return semaphore.cancel(ticket) ? 1 : 0;
    }

    @Override
    public void onPermit() {
        granted.incrementAndGet();
    }

    int permits() {
        return granted.get();
    }
}
