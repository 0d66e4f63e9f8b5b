package io.netrun.resilience.circuitbreaker;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of a circuit breaker. The totals count from the creation of the instance and are never reset.
 *
 * @param state the state
 * @param failureCount CLOSED: the failure count; OPEN and HALF_OPEN: the count that opened the circuit and the failed
 *     trials since
 * @param successCount HALF_OPEN: successful trials so far; otherwise 0
 * @param halfOpenCalls HALF_OPEN: trials in flight; otherwise 0
 * @param lastFailureTime when a call failed last, by the wall clock; null if none has since creation or reset
 * @param nextTrialTime OPEN: when the next trial is admitted, by the wall clock; otherwise null
 * @param rampUpRate the percentage of calls that the circuit admits while it ramps up after its recovery; 100 at any
 *     other time
 * @param totalSucceeded calls that succeeded
 * @param totalFailed calls that failed in a way that counts
 * @param totalIgnored calls that failed in a way that does not count
 * @param totalCancelled calls that were cancelled or interrupted
 * @param totalRejected calls that were rejected
 * @param totalSlow calls that took {@link CircuitBreakerConfig#slowCallDuration()} or longer, counted while CLOSED;
 *     they are also included in those that succeeded or failed
 * @param totalOpened how often the circuit opened by itself, including after a failed trial, or with the fleet
 * @param totalWouldReject mode {@link io.netrun.resilience.PolicyMode#OBSERVE}: calls that the circuit admitted and
 *     would have rejected; they are also included in those that succeeded or failed
 */
public record CircuitBreakerMetrics(
        CircuitBreaker.State state,
        int failureCount,
        int successCount,
        int halfOpenCalls,
        @Nullable Instant lastFailureTime,
        @Nullable Instant nextTrialTime,
        double rampUpRate,
        long totalSucceeded,
        long totalFailed,
        long totalIgnored,
        long totalCancelled,
        long totalRejected,
        long totalSlow,
        long totalOpened,
        long totalWouldReject) {}
