package io.netrun.resilience.spring.fleet;

import io.netrun.resilience.spring.problem.Problem;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The fleet that this process belongs to, as operators see it through the endpoint, the dashboard and the health
 * details. A bean of this type exists while the process takes part in a fleet. No method waits for another process.
 */
public interface FleetOperations {

    /**
     * The fleet in a few values: {@code nodes}, the number of live nodes; {@code viewAge}, a duration in ISO 8601, or
     * null before the first view; and {@code degraded}. Values are numbers, texts, booleans, lists and maps.
     */
    Map<String, @Nullable Object> summary();

    /** All that this node knows of the fleet: nodes, shares, votes, commands. Values as in the summary. */
    Map<String, @Nullable Object> details();

    /** The reason why a change cannot be announced now, with its remedy. */
    Optional<Problem> obstacle();

    /**
     * Notes a change of this node alone, which has been applied: a change for all nodes that was given earlier, and
     * arrives later, does not replace it. Returns at once.
     */
    void changedHere(FleetChange change);

    /** Passes on a change, which has been applied on this node already, to all other nodes. Returns at once. */
    void announce(FleetChange change);
}
