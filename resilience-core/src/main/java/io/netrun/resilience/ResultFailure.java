package io.netrun.resilience;

import org.jspecify.annotations.Nullable;

/**
 * An exception of this library that stands for a result which a policy did not accept, and carries it to the caller.
 * Implemented by throwables.
 */
public interface ResultFailure {

    /** The result; may be null. */
    @Nullable
    Object result();
}
