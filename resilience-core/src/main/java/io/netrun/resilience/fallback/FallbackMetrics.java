package io.netrun.resilience.fallback;

/**
 * What a fallback has done since its creation. Calls that succeed are not counted: that path writes nothing.
 *
 * @param totalRecovered failed calls whose place a handler took
 * @param totalFailed failed calls whose handler failed too
 * @param totalPassed failed calls for which there was no handler, or whose handler threw the very failure that it got
 */
public record FallbackMetrics(long totalRecovered, long totalFailed, long totalPassed) {}
