package io.netrun.resilience.bulkhead;

import java.time.Duration;

/**
 * What a bulkhead was doing at one moment. With shared pools all calls are shown as sync ones would be, in the sync
 * figures. The totals count from the creation of the instance.
 *
 * @param maxConcurrent calls that may run at once, per pool
 * @param maxQueue calls that may wait, per pool
 * @param syncActive sync calls running
 * @param syncQueued sync calls waiting
 * @param asyncActive asynchronous calls running
 * @param asyncQueued asynchronous calls waiting
 * @param totalAccepted calls let in, at once or after a wait
 * @param totalRejected calls refused, at once or after the longest wait
 * @param longestWait the longest that a call which was let in had waited
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
        Duration longestWait) {}
