package io.netrun.resilience.retry;

import io.netrun.resilience.FailureMatcher;
import io.netrun.resilience.Require;
import java.time.Duration;
import java.util.Objects;

/** The base delay of particular failures, instead of {@link RetryConfig#baseDelay()}. Immutable. */
public final class FailureDelay {

    private final FailureMatcher failure;
    private final Duration baseDelay;

    /**
     * Creates the delay.
     *
     * @param failure the failures that it is for
     * @param baseDelay the delay before the first retry, from which later delays grow; zero or more
     * @throws IllegalArgumentException if the delay is negative
     */
    public FailureDelay(FailureMatcher failure, Duration baseDelay) {
        this.failure = Objects.requireNonNull(failure, "failure");
        this.baseDelay = Require.notNegative("failureDelays", baseDelay);
    }

    /** Returns the failures that the delay is for. */
    public FailureMatcher failure() {
        return failure;
    }

    /** Returns the delay before the first retry, from which later delays grow. */
    public Duration baseDelay() {
        return baseDelay;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FailureDelay delay
                && failure.equals(delay.failure)
                && baseDelay.equals(delay.baseDelay);
    }

    @Override
    public int hashCode() {
        return Objects.hash(failure, baseDelay);
    }

    /** Returns the failure and the delay, such as {@code http:429=PT5S}. */
    @Override
    public String toString() {
        return failure + "=" + baseDelay;
    }
}
