package io.netrun.resilience.fleet;

import io.netrun.resilience.Policy;

/** The part of a limit that an instance of this node uses. The limit in force is changed by one thread at a time. */
abstract sealed class SharedLimit permits SharedRate, SharedBulkhead {

    /** How much more than its demand a node would like to have, in parts of the demand, so that it can grow. */
    static final double HEADROOM = 0.25;

    private long has;
    private int nodes = 1;

    /** Returns the instance. */
    abstract Policy policy();

    /** Returns the limit of the fleet, as it is configured, in the limit's unit. */
    abstract long limit();

    /** Measures the demand since the last report. */
    abstract void measure(long now);

    /** Creates the report. */
    abstract LimitReport report();

    /** Changes the limit in force. */
    abstract void limitTo(long amount);

    /** Ends the lowering of the limit. */
    abstract void lift();

    /** Returns the limit in force, as far as the fleet has set it. */
    final long has() {
        return has;
    }

    /** Uses a granted part until further notice. */
    final void apply(long grant, int liveNodes) {
        nodes = Math.max(1, liveNodes);
        set(grant);
    }

    /** Uses what is configured for a node without a lease. */
    final void applyWithoutLease(FleetConfig config) {
        switch (config.whenAway()) {
            case SAFE_SHARE -> set(evenShare(config));
            case LOCAL -> set(limit());
            case KEEP -> {}
        }
    }

    /** Uses an even part of the limit until the fleet grants one. */
    final void applyFirst(FleetConfig config, int liveNodes) {
        nodes = liveNodes;
        set(config.whenAway() == WhenAway.LOCAL ? limit() : evenShare(config));
    }

    private long evenShare(FleetConfig config) {
        return Math.max(1, limit() / Math.max(nodes, config.expectedNodes()));
    }

    private void set(long amount) {
        has = amount;
        limitTo(amount);
    }
}
