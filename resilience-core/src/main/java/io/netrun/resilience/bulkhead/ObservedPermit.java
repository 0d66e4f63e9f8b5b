package io.netrun.resilience.bulkhead;

import io.netrun.resilience.Ticker;

/** The permit of a call in mode observe: released in the pool, and in the simulation of the limits. */
final class ObservedPermit implements HeldPermit {

    private final Observation observation;
    private final FairSemaphore semaphore;
    private final ObservedPool pool;
    private final ObservedPool.Call call;
    private final Ticker ticker;

    ObservedPermit(
            Observation observation,
            FairSemaphore semaphore,
            ObservedPool pool,
            ObservedPool.Call call,
            Ticker ticker) {
        this.observation = observation;
        this.semaphore = semaphore;
        this.pool = pool;
        this.call = call;
        this.ticker = ticker;
    }

    @Override
    public void release() {
        long now = ticker.nanoTime();
        try {
            pool.end(call, now);
        } finally {
            semaphore.release();
        }
        observation.onEnd(semaphore, pool, now);
    }
}
