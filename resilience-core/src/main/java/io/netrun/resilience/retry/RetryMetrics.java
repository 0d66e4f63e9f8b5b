package io.netrun.resilience.retry;

/**
 * A snapshot of a retry, counted from its creation. Calls whose first attempt succeeds are counted only if
 * {@link RetryConfig#countSuccesses()} is set: otherwise that path writes nothing.
 *
 * @param totalRetries attempts made after a failed one
 * @param totalRecovered calls that succeeded after at least one retry
 * @param totalExhausted calls that failed because no attempt, or no time, was left
 * @param totalDenied calls that failed because the retry budget did not cover another attempt
 * @param totalNotRetried calls that failed in a way that is not retried, at any attempt
 * @param totalCancelled calls that were cancelled, interrupted, or given up by a time limit around them
 * @param totalSucceeded calls whose first attempt succeeded, if they are counted; otherwise 0
 */
public record RetryMetrics(
        long totalRetries,
        long totalRecovered,
        long totalExhausted,
        long totalDenied,
        long totalNotRetried,
        long totalCancelled,
        long totalSucceeded) {}
