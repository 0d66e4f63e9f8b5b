package io.netrun.resilience;

/** A body that a policy puts in the place of the one that the caller gave. For authors of policies. */
public interface SubstituteCall {

    /** What the caller gave as the call, which is what a fallback is shown. */
    Object source();
}
