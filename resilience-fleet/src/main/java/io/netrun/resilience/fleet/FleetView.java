package io.netrun.resilience.fleet;

import java.util.List;

/**
 * The store's answer to a report. Immutable.
 *
 * @param number the number of the report that it answers
 * @param time the time of the store when it answered, in milliseconds from any moment, above 0. It never goes back
 * @param nodes the live nodes; at most 1,000 of them
 * @param limits the limits of the report, in its order
 * @param circuits the circuits of the report, in its order
 * @param commands the commands that the node has not applied yet, in the order of their numbers; after a loss of data,
 *     others too
 * @param lastCommand up to which command the node has them all, for its next report
 * @param commandsLost whether the store has lost commands since the one up to which the node had them all; reported to
 *     each such node, once
 */
public record FleetView(
        long number,
        long time,
        List<String> nodes,
        List<LimitView> limits,
        List<CircuitView> circuits,
        List<FleetCommand> commands,
        CommandMark lastCommand,
        boolean commandsLost) {

    /** Copies the lists. */
    public FleetView {
        nodes = List.copyOf(nodes);
        limits = List.copyOf(limits);
        circuits = List.copyOf(circuits);
        commands = List.copyOf(commands);
    }
}
