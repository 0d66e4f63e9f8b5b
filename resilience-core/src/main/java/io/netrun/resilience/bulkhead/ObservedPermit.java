package io.netrun.resilience.bulkhead;

import io.netrun.resilience.Ticker;

/** The permit of a call in mode observe: released in the pool, and in the simulation of the limits. */
final class ObservedPermit implements HeldPermit {

    private final FairSemaphore semaphore;
    private final ObservedPool pool;
    private final ObservedPool.Call call;
    private final Ticker ticker;

    ObservedPermit(FairSemaphore semaphore, ObservedPool pool, ObservedPool.Call call, Ticker ticker) {
        this.semaphore = semaphore;
        this.pool = pool;
        this.call = call;
        this.ticker = ticker;
    }

    @Override
    public void release() {
        try {
            pool.end(call, ticker.nanoTime());
        } finally {
            semaphore.release();
        }
    }
}
