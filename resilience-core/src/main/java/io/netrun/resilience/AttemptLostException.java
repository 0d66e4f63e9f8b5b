package io.netrun.resilience;

import java.util.concurrent.CancellationException;

/**
 * What an attempt ends with that was stopped because another attempt delivered the first part of the result. It has no
 * stack trace, counts as a cancelled call, and never reaches the caller. For authors of adapted calls.
 */
public final class AttemptLostException extends CancellationException {

    private static final long serialVersionUID = 1L;

    /** An attempt has lost. */
    public AttemptLostException() {
        super("the first part of the result came from another attempt");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
