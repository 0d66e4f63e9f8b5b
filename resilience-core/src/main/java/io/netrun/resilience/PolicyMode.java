package io.netrun.resilience;

/** Whether a policy acts, or only counts when it would. Changeable while calls run. */
public enum PolicyMode {
    /** The policy rejects, delays and interrupts calls as it is configured. */
    ENFORCE,
    /**
     * A dry run: the policy follows all calls and counts those that it would reject, delay or end, but lets all of them
     * pass. A policy that is disabled follows and counts none.
     */
    OBSERVE
}
