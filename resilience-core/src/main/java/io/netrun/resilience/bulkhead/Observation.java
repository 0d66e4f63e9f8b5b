package io.netrun.resilience.bulkhead;

import io.netrun.resilience.Ticker;
import io.netrun.resilience.Workers;
import io.netrun.resilience.bulkhead.ObservedPool.Call;
import io.netrun.resilience.bulkhead.ObservedPool.Verdict;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Admits all calls in mode observe, and counts what the limits would do with them. */
final class Observation {

    /** Publishes that a call would be rejected. */
    interface Listener {

        void onWouldReject(int active, int queued);
    }

    private final FairSemaphore sync;
    private final FairSemaphore async;
    private final Ticker ticker;
    private final Listener listener;
    private final LongAdder wouldWait = new LongAdder();
    private final LongAdder wouldReject = new LongAdder();

    /** The simulated limits; null unless in mode observe. */
    private volatile @Nullable Pools pools;

    private record Pools(ObservedPool sync, ObservedPool async) {

        Pools(int maxConcurrent, int maxQueue) {
            this(new ObservedPool(maxConcurrent, maxQueue), new ObservedPool(maxConcurrent, maxQueue));
        }

        int expired(long now) {
            return sync.expired(now) + async.expired(now);
        }
    }

    /**
     * Creates the observation of a bulkhead that enforces its limits.
     *
     * @param sync the pool of sync calls
     * @param async the pool of asynchronous calls
     */
    Observation(FairSemaphore sync, FairSemaphore async, Ticker ticker, Listener listener) {
        this.sync = sync;
        this.async = async;
        this.ticker = ticker;
        this.listener = listener;
    }

    /** Begins, or continues with other limits. Called by one thread at a time. */
    void begin(int maxConcurrent, int maxQueue) {
        Pools present = pools;
        if (present == null) {
            pools = new Pools(maxConcurrent, maxQueue);
        } else {
            long now = ticker.nanoTime();
            present.sync.resize(maxConcurrent, maxQueue, now);
            present.async.resize(maxConcurrent, maxQueue, now);
        }
    }

    /** Ends the observation; what has been counted is kept. Called by one thread at a time. */
    void end() {
        Pools present = pools;
        if (present != null) {
            long now = ticker.nanoTime();
            present.expired(now);
            pools = null;
            announceExpired(sync, present.sync, now);
            announceExpired(async, present.async, now);
        }
    }

    /**
     * Admits a call in mode observe.
     *
     * @param mayWait false if the call would be rejected in place of a wait
     * @return null if the limits are enforced
     */
    @Nullable
    HeldPermit tryAdmit(FairSemaphore semaphore, BulkheadConfig config, boolean mayWait) {
        Pools present = pools;
        if (present == null) {
            return null;
        }
        ObservedPool pool = semaphore == sync ? present.sync : present.async;
        long now = ticker.nanoTime();
        Call call = pool.begin(now, config, mayWait);
        ObservedPermit permit;
        try {
            permit = new ObservedPermit(this, semaphore, pool, call, ticker);
            count(call.verdict(), semaphore, pool, now);
        } catch (Throwable thrown) {
            pool.end(call, now);
            throw thrown;
        }
        semaphore.acquireAnyway();
        return permit;
    }

    private void count(Verdict verdict, FairSemaphore semaphore, ObservedPool pool, long now) {
        if (verdict == Verdict.WAIT) {
            wouldWait.increment();
        } else if (verdict == Verdict.REJECT) {
            onWouldReject(semaphore, pool, now);
        }
        announceExpired(semaphore, pool, now);
    }

    /** Called after the end of a call, by which its simulated wait may have expired. */
    void onEnd(FairSemaphore semaphore, ObservedPool pool, long now) {
        Pools present = pools;
        if (present != null && (pool == present.sync || pool == present.async)) {
            announceExpired(semaphore, pool, now);
        }
    }

    /**
     * Counts the calls whose simulated wait has expired. They are calls of others, so that a worker publishes them,
     * without the context of the caller that noticed it.
     */
    private void announceExpired(FairSemaphore semaphore, ObservedPool pool, long now) {
        int expired = pool.takeExpired();
        if (expired > 0) {
            wouldReject.add(expired);
            int active = semaphore.active();
            int queued = pool.queued(now);
            Workers.executeReliably(() -> {
                for (int i = 0; i < expired; i++) {
                    listener.onWouldReject(active, queued);
                }
            });
        }
    }

    private void onWouldReject(FairSemaphore semaphore, ObservedPool pool, long now) {
        wouldReject.increment();
        listener.onWouldReject(semaphore.active(), pool.queued(now));
    }

    long totalWouldWait() {
        return wouldWait.sum();
    }

    /** Includes the calls whose simulated wait has expired by now, which are published when a call begins or ends. */
    long totalWouldReject() {
        Pools present = pools;
        return wouldReject.sum() + (present == null ? 0 : present.expired(ticker.nanoTime()));
    }
}
