package io.netrun.resilience;

/**
 * The calling thread was interrupted while a policy kept it waiting, so the call was given up. The thread's interrupt
 * flag is set again when this is thrown. It counts as a cancelled call, never as a failed one.
 */
public final class CallInterruptedException extends ResilienceException {

    private static final long serialVersionUID = 1L;

    /**
     * For policies that wait.
     *
     * @param name of the instance
     * @param message the whole message, kind and name of the instance first
     */
    public CallInterruptedException(String name, String message, InterruptedException cause) {
        super(name, message, cause, true);
    }
}
