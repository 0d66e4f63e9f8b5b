package io.netrun.resilience.fleet;

import io.netrun.resilience.circuitbreaker.FleetMode;
import java.time.Duration;

/**
 * A node's circuit breaker.
 *
 * @param name the name of the instance
 * @param mode how the circuit takes part; never {@link FleetMode#NONE}
 * @param quorum the part of the voters, in thousandths, whose votes open the circuit everywhere
 * @param state the state on this node
 * @param called whether a call was made since the last report
 * @param vote how much longer the node votes for an open circuit; zero if it does not
 * @param due whether the circuit is open and would admit a trial
 */
public record CircuitReport(
        String name, FleetMode mode, int quorum, State state, boolean called, Duration vote, boolean due) {

    /** The state of a circuit as far as the fleet distinguishes it. */
    public enum State {
        /** Calls are admitted, or an operator has disabled the circuit. */
        CLOSED,
        /** Calls are rejected, by the circuit itself or by an operator. */
        OPEN,
        /** Trials are admitted. */
        HALF_OPEN
    }
}
