package io.netrun.resilience.hedge;

/**
 * A snapshot of a hedge. The totals count from the creation of the instance.
 *
 * @param active additional attempts that are running
 * @param totalHedged additional attempts made because an attempt took long
 * @param totalWon calls that ended with the result of an additional attempt
 * @param totalDenied additional attempts not made because too many were running
 */
public record HedgeMetrics(int active, long totalHedged, long totalWon, long totalDenied) {}
