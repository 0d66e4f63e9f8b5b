package io.netrun.resilience;

import java.util.concurrent.CancellationException;

/**
 * The failure of an attempt that was stopped because another attempt delivered the first part of the result. It has no
 * stack trace, counts as a cancelled call, and never reaches the caller.
 *
 * @apiNote For authors of policies.
 */
public final class AttemptLostException extends CancellationException {

    private static final long serialVersionUID = 1L;

    /** Creates the exception. */
    public AttemptLostException() {
        super("the first part of the result came from another attempt");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
