package io.netrun.resilience;

import org.jspecify.annotations.Nullable;

/**
 * An exception of this library that represents a result which a policy did not accept, and carries it to the caller.
 * Implemented by throwables.
 *
 * @apiNote For authors of policies.
 */
public interface ResultFailure {

    /** Returns the result; may be null. */
    @Nullable
    Object result();
}
