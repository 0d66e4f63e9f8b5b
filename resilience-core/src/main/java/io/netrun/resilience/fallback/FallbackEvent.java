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
     * A handler recovered a failed call. If it returned a stage or a publisher, that has ended successfully.
     *
     * @param failure what the call failed with
     */
    record Recovered(String name, Instant time, Throwable failure) implements FallbackEvent {}

    /**
     * A handler failed, or the stage or publisher that it returned, and the call failed with that failure.
     *
     * @param failure what the call had failed with
     * @param thrown what the handler threw, or its stage or publisher failed with
     */
    record Failed(String name, Instant time, Throwable failure, Throwable thrown) implements FallbackEvent {}
}
