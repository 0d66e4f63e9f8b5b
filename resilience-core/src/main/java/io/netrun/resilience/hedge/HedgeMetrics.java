package io.netrun.resilience.hedge;

import java.time.Duration;

/**
 * A snapshot of a hedge. The totals count from the creation of the instance.
 *
 * @param active additional attempts that are running
 * @param totalHedged additional attempts made because an attempt took long or, if so set, failed
 * @param totalWon calls that ended with the result of an additional attempt
 * @param totalDenied additional attempts not made because too many were running
 * @param delay how long an attempt may take now before another one starts: for a percentile, as last computed
 */
public record HedgeMetrics(int active, long totalHedged, long totalWon, long totalDenied, Duration delay) {}
