package io.netrun.resilience.hedge;

import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceEvent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

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
     * @param failure the failure of another attempt that it follows; null if it begins because time has passed
     */
    record Hedged(
            String name,
            Instant time,
            int attempt,
            @Nullable Throwable failure) implements HedgeEvent {}
}
