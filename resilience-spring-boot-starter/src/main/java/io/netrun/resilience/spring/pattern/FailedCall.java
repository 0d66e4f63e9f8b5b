package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A call that a circuit breaker counted as failed, as the endpoint shows it.
 *
 * @param time when it ended, by the wall clock
 * @param thrown simple class name and message of what it threw; null if it counts as failed for another reason
 * @param reason that other reason, such as {@code given up by Timeout 'payments'}; null if it counts for what it threw
 */
public record FailedCall(
        Instant time, @Nullable String thrown, @Nullable String reason) {

    private static final int MAX_TEXT = 300;

    static FailedCall of(CircuitBreaker.Failure failure) {
        String exception = failure.exception();
        if (exception == null) {
            return new FailedCall(failure.time(), null, failure.reason());
        }
        int simpleName = Math.max(exception.lastIndexOf('.'), exception.lastIndexOf('$')) + 1;
        String text = exception.substring(simpleName) + ": " + failure.message();
        return new FailedCall(failure.time(), text.substring(0, Math.min(text.length(), MAX_TEXT)), null);
    }
}
