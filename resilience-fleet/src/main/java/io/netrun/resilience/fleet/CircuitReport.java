package io.netrun.resilience.fleet;

import io.netrun.resilience.circuitbreaker.FleetMode;
import java.time.Duration;

/**
 * A node's circuit breaker. One that an operator has forced open or disabled takes no part and is not reported.
 *
 * @param name the name of the instance
 * @param mode how the circuit takes part; never {@link FleetMode#NONE}
 * @param quorum the part of the voters, in thousandths, whose votes open the circuit everywhere
 * @param state the state on this node
 * @param called whether a call was made since the last report
 * @param vote how much longer the node votes for an open circuit; zero if it does not
 * @param due whether the circuit is open and its open duration is over, so that it would admit a trial
 * @param opening counts the openings of the circuit by the node's own calls, from 1; 0 before the first. The votes of
 *     one opening differ from those of the next by it
 */
public record CircuitReport(
        String name,
        FleetMode mode,
        int quorum,
        State state,
        boolean called,
        Duration vote,
        boolean due,
        long opening) {

    /** The state of a circuit as far as the fleet distinguishes it. */
    public enum State {
        /** Calls are admitted. */
        CLOSED,
        /** Calls are rejected. */
        OPEN,
        /** Trials are admitted. */
        HALF_OPEN
    }
}
