package io.netrun.resilience.fleet;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadMetrics;

/**
 * A bulkhead whose limit is shared. The unit is a call. The limit is that of each pool, so that the figures of the
 * busier pool count.
 */
final class SharedBulkhead extends SharedLimit {

    private final Bulkhead bulkhead;
    private final Demand demand = new Demand();
    private BulkheadMetrics sampled;
    private BulkheadMetrics seen;

    SharedBulkhead(Bulkhead bulkhead) {
        this.bulkhead = bulkhead;
        this.sampled = bulkhead.metrics();
        this.seen = sampled;
    }

    @Override
    Bulkhead policy() {
        return bulkhead;
    }

    @Override
    long limit() {
        return bulkhead.config().maxConcurrent();
    }

    @Override
    void sample(long now) {
        BulkheadMetrics metrics = bulkhead.metrics();
        demand.add(demand(sampled, metrics));
        sampled = metrics;
    }

    /**
     * Rejected calls are demand, too: as many more would run at the same time as there are more rejected calls than
     * admitted ones.
     */
    private static double demand(BulkheadMetrics former, BulkheadMetrics latter) {
        long running = Math.max(
                latter.syncActive() + (long) latter.syncQueued(), latter.asyncActive() + (long) latter.asyncQueued());
        double admitted = Math.max(1, latter.totalAccepted() - former.totalAccepted());
        long rejected = latter.totalRejected() - former.totalRejected();
        return running + Math.max(1, running) * (rejected / admitted);
    }

    @Override
    long wants() {
        return (long) Math.ceil(demand.value());
    }

    @Override
    long unserved(long now) {
        BulkheadMetrics former = seen;
        seen = bulkhead.metrics();
        boolean served =
                seen.syncQueued() == 0 && seen.asyncQueued() == 0 && seen.totalRejected() == former.totalRejected();
        return served ? 0 : (long) Math.ceil(demand(former, seen));
    }

    @Override
    long inUse() {
        BulkheadMetrics metrics = bulkhead.metrics();
        return Math.max(metrics.syncActive(), metrics.asyncActive());
    }

    @Override
    long leastRoom() {
        return 1;
    }

    @Override
    void limitTo(long amount) {
        bulkhead.limitTo((int) Math.min(amount, Integer.MAX_VALUE));
    }

    @Override
    void lift() {
        bulkhead.limitTo(Integer.MAX_VALUE);
    }
}
