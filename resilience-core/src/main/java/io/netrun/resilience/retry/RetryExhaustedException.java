package io.netrun.resilience.retry;

import io.netrun.resilience.FailureText;
import io.netrun.resilience.FailureWrapper;
import io.netrun.resilience.ResilienceException;
import java.util.List;

/**
 * All attempts failed, or no time was left for another one. The cause is the last failure; up to 16 earlier ones are
 * {@linkplain #getSuppressed() suppressed}, the oldest first. Exception lists, fallbacks and outer policies look at the
 * cause. The exception of an asynchronous call has no stack trace of its own, because that would be the trace of the
 * thread that ended the last attempt.
 */
public final class RetryExhaustedException extends ResilienceException implements FailureWrapper {

    private static final long serialVersionUID = 1L;

    private final int attempts;
    private final String reason;

    RetryExhaustedException(
            String name, int attempts, String reason, Throwable last, List<Throwable> earlier, boolean sync) {
        super(name, null, last, sync);
        this.attempts = attempts;
        this.reason = reason;
        for (int i = 0; i < earlier.size(); i++) {
            addSuppressed(earlier.get(i));
        }
    }

    /** Returns the number of attempts made, the first included. */
    public int attempts() {
        return attempts;
    }

    /** Built on demand, because most messages are never read. */
    @Override
    public String getMessage() {
        Throwable last = getCause();
        return "Retry '" + name() + "' gave up after " + attempts + (attempts == 1 ? " attempt" : " attempts") + reason
                + (last == null ? "" : ": " + FailureText.textOf(last));
    }
}
