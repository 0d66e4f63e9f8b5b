package io.netrun.resilience.fleet;

/**
 * Keeps the latest reports of all nodes of one fleet, and answers each of them with the view of the whole. The exchange
 * is atomic: of two nodes that report at the same time, one is first.
 */
@FunctionalInterface
public interface FleetStore {

    /**
     * Records a report and returns the view that follows from it. Called by one thread of each node, which may wait for
     * it as long as it takes: no call of the application does.
     *
     * @return the view, with the {@linkplain NodeReport#number() number} of the report that it answers
     * @throws Exception if the store cannot be reached or rejects the report; it is tried again with another report
     */
    FleetView exchange(NodeReport report) throws Exception;
}
