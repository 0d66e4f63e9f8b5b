package io.netrun.resilience;

/**
 * A call was rejected because the policy in which it waited was {@linkplain Policy#shutdown() shut down}, as all are
 * when the application ends, or because it would have had to wait in a policy that had been shut down before.
 */
public final class PolicyShutdownException extends CallRejectedException {

    private static final long serialVersionUID = 1L;

    private final String what;

    /**
     * Creates the exception.
     *
     * @param pattern the pattern as it appears in the message, such as {@code Bulkhead}
     * @param name the name of the instance
     * @param what what the call waited for, such as {@code a permit}
     * @param withStackTrace whether to record where it was thrown
     */
    public PolicyShutdownException(String pattern, String name, String what, boolean withStackTrace) {
        super(name, null, withStackTrace);
        this.what = pattern + " '" + name + "' has been shut down: waiting for " + what + " was aborted";
    }

    @Override
    public String getMessage() {
        return what;
    }
}
