package io.netrun.resilience.fallback;

import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceEvent;
import java.time.Instant;

/** An event of a fallback. */
public sealed interface FallbackEvent extends ResilienceEvent {

    @Override
    default PolicyType<?, ?> type() {
        return Fallback.TYPE;
    }

    /**
     * A handler recovered a failed call.
     *
     * @param failure what the call failed with
     */
    record Recovered(String name, Instant time, Throwable failure) implements FallbackEvent {}

    /**
     * A handler failed, and the call failed with what it threw.
     *
     * @param failure what the call had failed with
     * @param thrown what the handler threw
     */
    record Failed(String name, Instant time, Throwable failure, Throwable thrown) implements FallbackEvent {}
}
