package io.netrun.resilience.fallback;

import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceEvent;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An event of a fallback. */
public sealed interface FallbackEvent extends ResilienceEvent {

    @Override
    default PolicyType<?, ?> type() {
        return Fallback.TYPE;
    }

    /**
     * A handler or a stale result recovered a failed call. If the handler returned a stage or a publisher, that has
     * ended successfully.
     *
     * @param failure what the call failed with
     * @param age the age of the stale result; null if a handler recovered the call
     */
    record Recovered(
            String name,
            Instant time,
            Throwable failure,
            @Nullable Duration age) implements FallbackEvent {}

    /**
     * A handler failed, or the stage or publisher that it returned, and the call failed with that failure.
     *
     * @param failure what the call had failed with
     * @param thrown what the handler threw, or its stage or publisher failed with
     */
    record Failed(String name, Instant time, Throwable failure, Throwable thrown) implements FallbackEvent {}
}
