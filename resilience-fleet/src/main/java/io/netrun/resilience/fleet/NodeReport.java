package io.netrun.resilience.fleet;

import java.time.Duration;
import java.util.List;

/**
 * What a node reports to the store once per interval. Immutable.
 *
 * @param node the identity of the process, unique in the fleet and new at each start
 * @param number counts the reports of the node from 1, so that a late reply is recognized
 * @param leaving whether the node shuts down, and everything that it holds is free but for what its calls use. Such a
 *     report may follow another one while they end
 * @param interval the time between two reports
 * @param lease how long the store counts what the node holds if no further report arrives
 * @param expectedNodes the least number of nodes to divide a limit by while the store does not know all nodes
 * @param limits the limits that the node shares
 * @param circuits the circuits that the node shares
 * @param commands commands that an operator has given on this node since its last answered report
 * @param lastCommand the number of the last command that the node has applied; 0 if none
 */
public record NodeReport(
        String node,
        long number,
        boolean leaving,
        Duration interval,
        Duration lease,
        int expectedNodes,
        List<LimitReport> limits,
        List<CircuitReport> circuits,
        List<FleetCommand> commands,
        long lastCommand) {

    /** Copies the lists. */
    public NodeReport {
        limits = List.copyOf(limits);
        circuits = List.copyOf(circuits);
        commands = List.copyOf(commands);
    }
}
