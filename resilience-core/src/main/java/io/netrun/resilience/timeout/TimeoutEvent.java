package io.netrun.resilience.timeout;

import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceEvent;
import java.time.Duration;
import java.time.Instant;

/** An event of a timeout. */
public sealed interface TimeoutEvent extends ResilienceEvent {

    @Override
    default PolicyType<?, ?> type() {
        return Timeout.TYPE;
    }

    /**
     * A call timed out.
     *
     * @param limit the time limit that it exceeded
     */
    record TimedOut(String name, Instant time, Duration limit) implements TimeoutEvent {}

    /**
     * Mode observe: a call would have timed out, and runs on.
     *
     * @param limit the time limit that it exceeded
     */
    record WouldTimeOut(String name, Instant time, Duration limit) implements TimeoutEvent {}
}
