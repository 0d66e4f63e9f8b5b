package io.netrun.resilience;

import java.time.Instant;

/** Something that happened in an instance. Events are immutable records; each pattern has its own sealed family. */
public interface ResilienceEvent {

    /** The pattern of the instance. */
    PolicyType<?, ?> type();

    /** The name of the instance. */
    String name();

    /** When it happened, by the wall clock. */
    Instant time();
}
