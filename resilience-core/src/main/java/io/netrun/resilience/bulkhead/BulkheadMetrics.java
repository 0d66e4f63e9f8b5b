package io.netrun.resilience.bulkhead;

import java.time.Duration;

/**
 * A snapshot of a bulkhead. With shared pools the sync figures cover all calls. Totals count from the creation of the
 * instance.
 *
 * @param maxConcurrent maximum number of concurrent calls in force, per pool
 * @param maxQueue maximum number of waiting calls, per pool
 * @param syncActive sync calls running
 * @param syncQueued sync calls waiting
 * @param asyncActive asynchronous calls running
 * @param asyncQueued asynchronous calls waiting
 * @param totalAccepted calls admitted, at once or after a wait; a call that is cancelled as its wait ends is not
 * @param totalRejected calls rejected, at once or after a wait
 * @param longestWait the longest wait of an admitted call
 * @param totalWouldWait mode {@link io.netrun.resilience.PolicyMode#OBSERVE}: calls that were admitted at once and
 *     would have waited
 * @param totalWouldReject mode {@link io.netrun.resilience.PolicyMode#OBSERVE}: calls that were admitted and would have
 *     been rejected, at once or after a wait
 */
public record BulkheadMetrics(
        int maxConcurrent,
        int maxQueue,
        int syncActive,
        int syncQueued,
        int asyncActive,
        int asyncQueued,
        long totalAccepted,
        long totalRejected,
        Duration longestWait,
        long totalWouldWait,
        long totalWouldReject) {}
