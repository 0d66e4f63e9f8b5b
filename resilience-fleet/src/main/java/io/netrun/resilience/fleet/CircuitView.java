package io.netrun.resilience.fleet;

/**
 * What the fleet knows of a circuit.
 *
 * @param name the name of the instance
 * @param votes how many live nodes vote for an open circuit, this one included
 * @param voters how many live nodes have called it recently
 * @param votedElsewhere whether another node votes for an open circuit
 * @param open whether the fleet has opened the circuit and no trial has closed it since
 * @param trial whether the trials of the fleet are lent to this node
 * @param openVotes how many nodes voted when the fleet opened the circuit; 0 if it is not open
 * @param votedAt when the latest report with a vote that counted was made, in the fleet's time; 0 if there was none
 */
public record CircuitView(
        String name,
        int votes,
        int voters,
        boolean votedElsewhere,
        boolean open,
        boolean trial,
        int openVotes,
        long votedAt) {}
