package io.netrun.resilience.retry;

import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceEvent;
import java.time.Duration;
import java.time.Instant;

/** Something that happened in a retry. */
public sealed interface RetryEvent extends ResilienceEvent {

    @Override
    default PolicyType<?, ?> type() {
        return Retry.TYPE;
    }

    /** What the attempt failed with. */
    Throwable failure();

    /**
     * An attempt failed and another will follow; published before the wait.
     *
     * @param attempt the number of the failed attempt, from 1
     * @param delay the wait that follows
     */
    record Retrying(String name, Instant time, Throwable failure, int attempt, Duration delay) implements RetryEvent {}

    /**
     * An attempt failed, and the retry budget does not cover another.
     *
     * @param budget its name
     */
    record Denied(String name, Instant time, Throwable failure, String budget) implements RetryEvent {}

    /**
     * The last attempt failed.
     *
     * @param attempts how many were made
     */
    record Exhausted(String name, Instant time, Throwable failure, int attempts) implements RetryEvent {}
}
