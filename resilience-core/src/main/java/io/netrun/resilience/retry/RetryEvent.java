package io.netrun.resilience.retry;

import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceEvent;
import java.time.Duration;
import java.time.Instant;

/** An event of a retry. */
public sealed interface RetryEvent extends ResilienceEvent {

    @Override
    default PolicyType<?, ?> type() {
        return Retry.TYPE;
    }

    /** Returns the failure of the attempt. */
    Throwable failure();

    /**
     * An attempt failed and another one will follow; published before the delay.
     *
     * @param attempt the number of the failed attempt, from 1
     * @param delay the delay before the next attempt
     */
    record Retrying(String name, Instant time, Throwable failure, int attempt, Duration delay) implements RetryEvent {}

    /**
     * An attempt failed, and the retry budget does not cover another one.
     *
     * @param budget the name of the budget
     */
    record Denied(String name, Instant time, Throwable failure, String budget) implements RetryEvent {}

    /**
     * The last attempt failed.
     *
     * @param attempts the number of attempts made
     */
    record Exhausted(String name, Instant time, Throwable failure, int attempts) implements RetryEvent {}
}
