package io.netrun.resilience;

import org.jspecify.annotations.Nullable;

/**
 * The base class of rejections: a policy did not admit a call. By default a rejection is neither retried nor counted as
 * a failure by outer policies, unless their exception lists name it. It carries no stack trace by default, because
 * rejections occur under overload; a setting of each policy enables stack traces.
 */
public abstract class CallRejectedException extends ResilienceException {

    private static final long serialVersionUID = 1L;

    /** Creates a rejection; see the constructor of {@link ResilienceException}. */
    protected CallRejectedException(String name, @Nullable String message, boolean withStackTrace) {
        super(name, message, null, withStackTrace);
    }
}
