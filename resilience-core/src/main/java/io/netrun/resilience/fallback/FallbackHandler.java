package io.netrun.resilience.fallback;

import java.util.Objects;

/**
 * A fallback for a kind of failure.
 *
 * @param type the failures that it is for, subclasses included
 * @param function what takes the failed call's place
 */
public record FallbackHandler(Class<? extends Throwable> type, FallbackFunction function) {

    /** Checks that both are there. */
    public FallbackHandler {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(function, "function");
    }
}
