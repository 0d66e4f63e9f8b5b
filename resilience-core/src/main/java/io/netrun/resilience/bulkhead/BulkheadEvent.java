package io.netrun.resilience.bulkhead;

import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceEvent;
import java.time.Instant;

/** An event of a bulkhead. */
public sealed interface BulkheadEvent extends ResilienceEvent {

    @Override
    default PolicyType<?, ?> type() {
        return Bulkhead.TYPE;
    }

    /**
     * A call was rejected. Under overload there are many of these events: keep listeners cheap.
     *
     * @param active calls running in its pool
     * @param queued calls waiting in its pool
     */
    record Rejected(String name, Instant time, int active, int queued) implements BulkheadEvent {}

    /**
     * Mode observe: a call was admitted that would have been rejected. Under overload there are many of these events:
     * keep listeners cheap.
     *
     * @param active calls running in its pool, which may be more than the limit
     * @param queued calls that would be waiting in its pool
     */
    record WouldReject(String name, Instant time, int active, int queued) implements BulkheadEvent {}
}
