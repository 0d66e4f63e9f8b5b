package io.netrun.resilience.bulkhead;

import java.util.concurrent.atomic.AtomicInteger;

/** A call that acquires a permit or waits for one, and counts the permits it was granted. */
final class Arrival implements FairSemaphore.Waiter {

    private final AtomicInteger granted = new AtomicInteger();

    /** Null if it has not waited. */
    private FairSemaphore.Node node;

    /** Acquires a permit or enters the queue. */
    Arrival arrive(FairSemaphore semaphore) {
        if (semaphore.tryAcquire()) {
            onPermit();
        } else {
            FairSemaphore.Node own = new FairSemaphore.Node(this);
            if (semaphore.enqueue(own)) {
                node = own;
            }
        }
        return this;
    }

    /** 1 if it left the queue without a permit. */
    int leave(FairSemaphore semaphore) {
        return node != null && semaphore.cancel(node) ? 1 : 0;
    }

    @Override
    public void onPermit() {
        granted.incrementAndGet();
    }

    int permits() {
        return granted.get();
    }
}
