package io.netrun.resilience.fallback;

import java.util.Objects;

/**
 * A fallback for a kind of failure.
 *
 * @param type the failures that it is for, subclasses included
 * @param function what takes the failed call's place
 * @param unwraps whether the failure is looked at, and shown to the function, without the exceptions that only wrap it;
 *     otherwise as the call threw it, which is for functions that choose by themselves
 */
public record FallbackHandler(Class<? extends Throwable> type, FallbackFunction function, boolean unwraps) {

    /** A handler for the failure within its wrappers. */
    public FallbackHandler(Class<? extends Throwable> type, FallbackFunction function) {
        this(type, function, true);
    }

    /** Checks that both are there. */
    public FallbackHandler {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(function, "function");
    }
}
