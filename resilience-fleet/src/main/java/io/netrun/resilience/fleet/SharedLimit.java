package io.netrun.resilience.fleet;

import io.netrun.resilience.Policy;

/** The part of a limit that an instance of this node uses. The limit in force is changed by one thread at a time. */
abstract sealed class SharedLimit permits SharedRate, SharedBulkhead {

    /** How much more than its demand a node would like to have, in parts of the demand, so that it can grow. */
    static final double HEADROOM = 0.25;

    /** A demand that has risen by half is reported at once; so is half a percent less of what the node has or uses. */
    private static final int RISE_FACTOR = 3;

    private static final int RISE_DIVISOR = 2;
    private static final int RETURNED_DIVISOR = 200;

    /** How many samples of the demand a rise counts beside: the first one may contain the time before. */
    private static final int RISE_SAMPLES = 2;

    private long has;
    private int nodes = 1;
    private long reportedWants;
    private long reportedCounted;

    /** The demand at the last look, if it was a rise; 0 if it was none. */
    private long rising;

    /** The demand of a rise that the samples do not contain yet. */
    private long risen;

    private int risenSamples;

    /** Returns the instance. */
    abstract Policy policy();

    /** Returns the limit of the fleet, as it is configured, in the limit's unit. */
    abstract long limit();

    /** Takes a sample of the demand since the last one. */
    abstract void sample(long now);

    /** Returns the demand of the samples. */
    abstract long wants();

    /** Returns the demand since the last look, if calls have been rejected or wait; 0 otherwise. */
    abstract long unserved(long now);

    /** Returns what calls hold now. */
    abstract long inUse();

    /** Returns the least room that the node would like to have above its demand. */
    abstract long leastRoom();

    /** Changes the limit in force. */
    abstract void limitTo(long amount);

    /** Ends the lowering of the limit. */
    abstract void lift();

    /** Returns the limit in force, as far as the fleet has set it. */
    final long has() {
        return has;
    }

    /** Measures the demand since the last measurement. */
    final void measure(long now) {
        sample(now);
        risen = --risenSamples > 0 ? risen : 0;
    }

    /** Creates the report. */
    final LimitReport report(long now) {
        long limit = limit();
        long wants = Math.min(limit, Math.max(wants(), risen));
        long allowance = Math.min(limit, (long) Math.ceil(HEADROOM * wants) + leastRoom());
        long inUse = inUse();
        unserved(now); // the next look is at the time since this report
        rising = 0;
        reportedWants = wants;
        reportedCounted = Math.max(has, inUse);
        return new LimitReport(policy().type().key(), policy().name(), limit, wants, allowance, has, inUse);
    }

    /**
     * Looks at the instance between two reports. Returns whether the fleet should know something at once: that demand
     * has risen and is not served, at two looks, or that the node has given up something.
     */
    final boolean tryNotice(long now) {
        long demand = Math.min(limit(), unserved(now));
        boolean rises = demand > has && RISE_DIVISOR * demand >= RISE_FACTOR * reportedWants;
        boolean stays = rises && rising > 0;
        if (stays) {
            risen = Math.max(demand, rising);
            risenSamples = RISE_SAMPLES;
        }
        rising = rises ? demand : 0;
        long returned = reportedCounted - Math.max(has, inUse());
        return stays || (returned > 0 && returned >= reportedCounted / RETURNED_DIVISOR);
    }

    /** Returns whether the node lacks something, and has nothing or has just begun to want it. */
    final boolean waits() {
        return reportedWants > has && (has == 0 || risen > 0);
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
        set(firstShare(config));
    }

    /** Uses the least until the store has answered or failed once, and reports what it would use without an answer. */
    final void applyLeast(FleetConfig config) {
        has = firstShare(config);
        limitTo(Math.min(has, leastRoom()));
    }

    /** Uses an even part, or what it has if that is less, until the node joins a fleet again. */
    final void applyAfterLeaving(FleetConfig config) {
        long even = evenShare(config);
        set(has == 0 ? even : Math.min(has, even));
    }

    private long firstShare(FleetConfig config) {
        return config.whenAway() == WhenAway.LOCAL ? limit() : evenShare(config);
    }

    private long evenShare(FleetConfig config) {
        return Math.max(1, limit() / Math.max(nodes, config.expectedNodes()));
    }

    private void set(long amount) {
        has = amount;
        limitTo(amount);
    }
}
