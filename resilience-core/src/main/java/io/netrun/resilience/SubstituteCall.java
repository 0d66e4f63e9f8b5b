package io.netrun.resilience;

/**
 * A body that a policy substitutes for the one that the caller passed.
 *
 * @apiNote For authors of policies.
 */
public interface SubstituteCall {

    /** Returns what the caller passed as the call, which is passed to fallbacks. */
    Object source();
}
