package io.netrun.resilience.timeout;

import io.netrun.resilience.ResilienceException;
import java.time.Duration;

/**
 * A call took longer than its limit. The suppressed exceptions are the failures of earlier attempts, the oldest first,
 * and what the call threw when it was stopped, if that is known.
 */
public final class TimeoutExceededException extends ResilienceException {

    private static final long serialVersionUID = 1L;

    private final Duration limit;

    TimeoutExceededException(String name, String message, Duration limit) {
        super(name, "Timeout '" + name + "': " + message + " (limit " + text(limit) + ")", null, true);
        this.limit = limit;
    }

    /** Returns the time limit that was exceeded. */
    public Duration limit() {
        return limit;
    }
}
