package io.netrun.resilience.bulkhead;

import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceEvent;
import java.time.Instant;

/** Something that happened in a bulkhead. */
public sealed interface BulkheadEvent extends ResilienceEvent {

    @Override
    default PolicyType<?, ?> type() {
        return Bulkhead.TYPE;
    }

    /**
     * A call was refused. Under overload these are many: listen with care.
     *
     * @param active calls running in its pool
     * @param queued calls waiting in its pool
     */
    record Rejected(String name, Instant time, int active, int queued) implements BulkheadEvent {}
}
