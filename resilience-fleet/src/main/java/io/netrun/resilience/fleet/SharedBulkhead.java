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
    private long accepted;
    private long rejected;

    SharedBulkhead(Bulkhead bulkhead) {
        this.bulkhead = bulkhead;
        BulkheadMetrics metrics = bulkhead.metrics();
        this.accepted = metrics.totalAccepted();
        this.rejected = metrics.totalRejected();
    }

    @Override
    Bulkhead policy() {
        return bulkhead;
    }

    @Override
    long limit() {
        return bulkhead.config().maxConcurrent();
    }

    /**
     * Rejected calls are demand, too: as many more would run at the same time as there are more rejected calls than
     * admitted ones.
     */
    @Override
    void measure(long now) {
        BulkheadMetrics metrics = bulkhead.metrics();
        long running = Math.max(
                metrics.syncActive() + (long) metrics.syncQueued(),
                metrics.asyncActive() + (long) metrics.asyncQueued());
        double admitted = Math.max(1, metrics.totalAccepted() - accepted);
        long rejectedNow = metrics.totalRejected() - rejected;
        accepted = metrics.totalAccepted();
        rejected = metrics.totalRejected();
        demand.add(running + Math.max(1, running) * (rejectedNow / admitted));
    }

    @Override
    LimitReport report() {
        long limit = limit();
        long wants = Math.min(limit, (long) Math.ceil(demand.value()));
        long allowance = Math.min(limit, (long) Math.ceil(HEADROOM * wants) + 1);
        BulkheadMetrics metrics = bulkhead.metrics();
        int inUse = Math.max(metrics.syncActive(), metrics.asyncActive());
        return new LimitReport(Bulkhead.TYPE.key(), bulkhead.name(), limit, wants, allowance, has(), inUse);
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
