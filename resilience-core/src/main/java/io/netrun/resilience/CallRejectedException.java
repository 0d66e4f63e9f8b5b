package io.netrun.resilience;

import org.jspecify.annotations.Nullable;

/**
 * A call that a policy refused before it ran. Such a rejection is neither retried nor counted as a failure by the
 * policies around, unless they are told to by name. It carries no stack trace by default, because rejections are made
 * under overload; a setting of each policy turns traces on.
 */
public abstract class CallRejectedException extends ResilienceException {

    private static final long serialVersionUID = 1L;

    /** For the rejections of patterns; see the constructor of {@link ResilienceException}. */
    protected CallRejectedException(String name, @Nullable String message, boolean withStackTrace) {
        super(name, message, null, withStackTrace);
    }
}
