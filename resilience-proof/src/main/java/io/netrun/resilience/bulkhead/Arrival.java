package io.netrun.resilience.bulkhead;

import java.util.concurrent.atomic.AtomicInteger;

/** A call that takes a place or waits for one, and knows how many it has got. */
final class Arrival implements Places.Waiter {

    private final AtomicInteger granted = new AtomicInteger();

    /** {@link Places#FULL} if it was refused or has not waited. */
    private long ticket = Places.FULL;

    /** Takes a place, or stands in the queue. */
    Arrival arrive(Places places) {
        if (places.tryTake()) {
            granted();
        } else {
            ticket = places.enqueue(this);
        }
        return this;
    }

    /** 1 if it left the queue without a place. */
    int leave(Places places, boolean asRejected) {
        return places.withdraw(ticket, asRejected) ? 1 : 0;
    }

    @Override
    public void granted() {
        granted.incrementAndGet();
    }

    int places() {
        return granted.get();
    }
}
