package io.netrun.resilience.timeout;

/**
 * A snapshot of a timeout, counted from its creation. Calls that end in time are not counted: that path writes nothing.
 *
 * @param totalTimedOut calls whose timeout fired
 * @param abandoned calls that are still running on a worker after their timeout
 * @param totalRejected calls rejected because too many abandoned ones were still running
 * @param totalWouldTimeOut mode {@link io.netrun.resilience.PolicyMode#OBSERVE}: calls that ran longer than the limit
 */
public record TimeoutMetrics(long totalTimedOut, int abandoned, long totalRejected, long totalWouldTimeOut) {}
