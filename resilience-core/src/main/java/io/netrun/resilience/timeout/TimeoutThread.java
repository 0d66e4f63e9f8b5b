package io.netrun.resilience.timeout;

/** The thread that runs a sync call with a timeout. */
public enum TimeoutThread {
    /** {@link #WORKER}, unless the call must stay on its thread (see {@link TimeoutConfig#requiresCallerThread()}). */
    AUTO,
    /** A worker thread, so that the caller returns in time whatever the call does. */
    WORKER,
    /** The calling thread, which is interrupted; a call that ignores the interrupt returns late. */
    CALLER
}
