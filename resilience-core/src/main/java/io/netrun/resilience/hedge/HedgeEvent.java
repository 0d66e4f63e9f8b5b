package io.netrun.resilience.hedge;

import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceEvent;
import java.time.Instant;

/** Something that happened in a hedge. */
public sealed interface HedgeEvent extends ResilienceEvent {

    @Override
    default PolicyType<?, ?> type() {
        return Hedge.TYPE;
    }

    /**
     * Another attempt begins beside those that take long.
     *
     * @param attempt its number; the first attempt, which is no such one, is 1
     */
    record Hedged(String name, Instant time, int attempt) implements HedgeEvent {}
}
