package io.netrun.resilience.fallback;

/**
 * A snapshot of a fallback, counted from its creation. Successful calls are not counted: that path writes nothing.
 *
 * @param totalRecovered failed calls that a handler or a stale result recovered
 * @param totalFailed failed calls whose handler also failed, or the stage or publisher that it returned
 * @param totalPassed failed calls without a handler, or whose handler rethrew the failure it was given, or whose caller
 *     did not wait for the handler
 * @param totalStale of the recovered calls, those that got a stale result
 */
public record FallbackMetrics(long totalRecovered, long totalFailed, long totalPassed, long totalStale) {}
