package io.netrun.resilience;

/**
 * Thrown if the calling thread is interrupted while a policy keeps it waiting, so that the call is abandoned. The
 * thread's interrupt flag is set again when this is thrown. The call counts as cancelled, never as failed.
 */
public final class CallInterruptedException extends ResilienceException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param name the name of the instance
     * @param message the whole message, starting with the kind and name of the instance
     */
    public CallInterruptedException(String name, String message, InterruptedException cause) {
        super(name, message, cause, true);
    }
}
