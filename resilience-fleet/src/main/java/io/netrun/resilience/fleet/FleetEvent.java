package io.netrun.resilience.fleet;

import java.time.Duration;
import java.time.Instant;

/** An event of a node of a fleet. */
public sealed interface FleetEvent {

    /** Returns the wall-clock time of the event. */
    Instant time();

    /**
     * The store has not answered for a lease: the node uses the part of each limit that is configured for that.
     *
     * @param since when the store has answered last, or the node was started
     * @param cause why, as text with the remedy, such as the message of the last failure
     */
    record Degraded(Instant time, Instant since, String cause) implements FleetEvent {}

    /**
     * The store has answered again after {@link Degraded}.
     *
     * @param after how long it had not answered
     */
    record Restored(Instant time, Duration after) implements FleetEvent {}

    /**
     * The store has lost operators' commands, because it has lost its data or has an old copy; published once for each
     * loss, on each node that knows commands from before.
     */
    record CommandsLost(Instant time) implements FleetEvent {}
}
