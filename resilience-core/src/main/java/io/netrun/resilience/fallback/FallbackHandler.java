package io.netrun.resilience.fallback;

import java.util.Objects;

/**
 * A handler for a type of failure.
 *
 * @param type the type of failure, subclasses included
 * @param function recovers the failed call
 * @param unwraps whether the failure is matched, and passed to the function, without the exceptions that only wrap it;
 *     otherwise as the call threw it, for functions that decide by themselves
 */
public record FallbackHandler(Class<? extends Throwable> type, FallbackFunction function, boolean unwraps) {

    /** Creates a handler for the unwrapped failure. */
    public FallbackHandler(Class<? extends Throwable> type, FallbackFunction function) {
        this(type, function, true);
    }

    /** Validates that both are present. */
    public FallbackHandler {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(function, "function");
    }
}
