package io.netrun.resilience;

import org.jspecify.annotations.Nullable;

/**
 * Receives a result that comes after its call has ended without it, such as that of a source which ignores that it was
 * cancelled. Policies pass it outward, to the hooks for late results.
 *
 * @apiNote For authors of policies.
 * @param <T> the result
 */
public interface LateReceiver<T extends @Nullable Object> {

    /** Returns whether such a result is wanted. */
    boolean wantsLateResult();

    /** Receives such a result. Never throws. */
    void receiveLateResult(T value);
}
