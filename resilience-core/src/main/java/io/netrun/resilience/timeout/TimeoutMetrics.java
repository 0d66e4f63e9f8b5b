package io.netrun.resilience.timeout;

/**
 * What a timeout has done since its creation. Calls that end in time are not counted: that path writes nothing.
 *
 * @param totalTimedOut calls given up because the limit struck
 * @param abandoned calls that were given up and are still running on a worker
 * @param totalRejected calls refused because too many abandoned ones were still running
 */
public record TimeoutMetrics(long totalTimedOut, int abandoned, long totalRejected) {}
