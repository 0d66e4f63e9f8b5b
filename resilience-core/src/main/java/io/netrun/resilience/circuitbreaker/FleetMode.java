package io.netrun.resilience.circuitbreaker;

/**
 * How a circuit takes part in a fleet, which is all processes of an application that share their circuits through the
 * module {@code resilience-fleet}. Without effect where that module is not in use.
 */
public enum FleetMode {
    /** The circuit is that of this process alone. */
    NONE,
    /** While another process's circuit is open, half as many failures open this one. */
    HINT,
    /** The circuit opens in all processes once enough of them have opened their own. */
    QUORUM
}
