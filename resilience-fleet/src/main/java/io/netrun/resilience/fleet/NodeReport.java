package io.netrun.resilience.fleet;

import java.time.Duration;
import java.util.List;

/**
 * What a node reports to the store once per interval. Immutable.
 *
 * @param node the identity of the process, unique in the fleet and new at each start
 * @param number counts the reports of the node from 1, so that a late reply is recognized
 * @param sentAt when the report was made, in the fleet's time as in {@link FleetView#time()}; 0 if the node does not
 *     know that time yet. A report may wait behind a server that does not answer, and is that much older when it is
 *     executed. One without a time has no votes and no commands
 * @param leaving whether the node shuts down, and everything that it holds is free but for what its calls use. Such a
 *     report may follow another one while they end
 * @param interval the time between two reports
 * @param lease how long the store counts what the node holds if no further report arrives
 * @param expectedNodes the least number of nodes to divide a limit by while the store does not know all nodes
 * @param limits the limits that the node shares
 * @param circuits the circuits that the node shares
 * @param commands commands that an operator has given on this node since its last answered report
 * @param lastCommand up to which command the node has applied them
 */
public record NodeReport(
        String node,
        long number,
        long sentAt,
        boolean leaving,
        Duration interval,
        Duration lease,
        int expectedNodes,
        List<LimitReport> limits,
        List<CircuitReport> circuits,
        List<FleetCommand> commands,
        CommandMark lastCommand) {

    /** Copies the lists. */
    public NodeReport {
        limits = List.copyOf(limits);
        circuits = List.copyOf(circuits);
        commands = List.copyOf(commands);
    }

    /** Returns how long the report has waited for its execution; 0 if that is not known. */
    long waitedMillis(long now) {
        return sentAt > 0 ? Math.max(0, now - sentAt) : 0;
    }
}
