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
     * Notes a change of this node alone: a change for all nodes that was given earlier, and arrives later, does not
     * replace it. Called as one step with the change, as {@link #announce} is.
     */
    void changedHere(FleetChange change);

    /**
     * Notes that a change has given an instance other settings, for this node or for all: changes for all nodes that
     * were not possible with the former ones may be possible now, and are tried again. Called after the listeners of
     * the change.
     */
    void settingsChanged(FleetChange change);

    /**
     * Passes on a change, which is applied on this node already, to all other nodes. Called as one step with the
     * change, before any listener is notified of it, so that changes are announced in the order in which they take
     * effect. Returns at once and runs no code of the application.
     *
     * @return why it could not be passed on, with the remedy; the change applies to this node all the same
     */
    Optional<Problem> announce(FleetChange change);
}
