package io.netrun.resilience;

import java.time.Instant;

/** An event of an instance. Events are immutable records; each pattern has its own sealed family of them. */
public interface ResilienceEvent {

    /** Returns the pattern of the instance. */
    PolicyType<?, ?> type();

    /** Returns the name of the instance. */
    String name();

    /** Returns the wall-clock time of the event. */
    Instant time();

    /** An event that is so frequent that only listeners of exactly its class receive it. */
    interface OnRequest extends ResilienceEvent {}
}
