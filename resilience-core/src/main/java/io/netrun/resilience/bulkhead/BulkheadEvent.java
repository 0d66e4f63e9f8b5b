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
}
