package io.netrun.resilience.timeout;

/** The thread on which a sync call with a time limit runs. */
public enum TimeoutThread {
    /** {@link #WORKER}, unless the call is bound to its thread (see {@link TimeoutConfig#requiresCallerThread()}). */
    AUTO,
    /** Another thread, so that the caller returns in time whatever the call does. */
    WORKER,
    /** The calling thread, which is interrupted; a call that ignores the interrupt returns late. */
    CALLER
}
