package io.netrun.resilience.retry;

import io.netrun.resilience.FailureText;
import io.netrun.resilience.FailureWrapper;
import io.netrun.resilience.ResilienceException;
import java.util.List;

/**
 * Every attempt failed, or no time was left for another. The cause is the last failure; up to 16 earlier ones are
 * {@linkplain #getSuppressed() suppressed}, the oldest first. Exception lists, fallbacks and policies further out look
 * at the cause. That of an asynchronous call has no stack trace of its own, which would be that of the thread that
 * ended the last attempt.
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

    /** How many attempts were made, the first included. */
    public int attempts() {
        return attempts;
    }

    /** Made when it is read, since most are not. */
    @Override
    public String getMessage() {
        Throwable last = getCause();
        return "Retry '" + name() + "' gave up after " + attempts + (attempts == 1 ? " attempt" : " attempts") + reason
                + (last == null ? "" : ": " + FailureText.textOf(last));
    }
}
