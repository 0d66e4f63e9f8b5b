package io.netrun.resilience.hedge;

import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceEvent;
import java.time.Instant;

/** An event of a hedge. */
public sealed interface HedgeEvent extends ResilienceEvent {

    @Override
    default PolicyType<?, ?> type() {
        return Hedge.TYPE;
    }

    /**
     * Another attempt begins in parallel.
     *
     * @param attempt its number; the first attempt, for which there is no event, is 1
     */
    record Hedged(String name, Instant time, int attempt) implements HedgeEvent {}
}
