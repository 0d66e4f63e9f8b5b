package io.netrun.resilience.retry;

import io.netrun.resilience.FailureWrapper;
import io.netrun.resilience.ResilienceException;
import java.util.List;

/**
 * Every attempt failed, or no time was left for another. The cause is the last failure; up to 16 earlier ones are
 * {@linkplain #getSuppressed() suppressed}, the oldest first. Exception lists, fallbacks and policies further out look at the
 * cause.
 */
public final class RetryExhaustedException extends ResilienceException implements FailureWrapper {

    private static final long serialVersionUID = 1L;

    private final int attempts;

    RetryExhaustedException(String name, int attempts, String reason, Throwable last, List<Throwable> earlier) {
        super(
                name,
                "Retry '" + name + "' gave up after " + attempts + (attempts == 1 ? " attempt" : " attempts") + reason
                        + ": " + textOf(last),
                last,
                true);
        this.attempts = attempts;
        earlier.forEach(this::addSuppressed);
    }

    /** How many attempts were made, the first included. */
    public int attempts() {
        return attempts;
    }
}
