package io.netrun.resilience.hedge;

/**
 * What a hedge was doing at one moment. The totals count from the creation of the instance.
 *
 * @param active attempts running beyond one for each call that waits
 * @param totalHedged attempts made beside one that took long
 * @param totalWon calls that ended with the result of such an attempt
 * @param totalDenied such attempts not made because too many were running
 */
public record HedgeMetrics(int active, long totalHedged, long totalWon, long totalDenied) {}
