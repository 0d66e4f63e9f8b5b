package io.netrun.resilience.fleet;

/**
 * How far a node follows the commands of its fleet. After a loss of data, a store may give a number a second time;
 * together with the time, it is that of one command.
 *
 * @param number the number of the latest command; 0 if there is none
 * @param takenAt when the store took it, in the fleet's time as in {@link FleetView#time()}; 0 if there is none
 */
public record CommandMark(long number, long takenAt) {

    /** No command. */
    public static final CommandMark NONE = new CommandMark(0, 0);
}
