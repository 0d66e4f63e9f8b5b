package io.netrun.resilience;

/**
 * A call was refused because the policy in which it waited was {@linkplain Policy#shutdown() closed}, as all are when
 * the application ends, or because it would have had to wait in one that was closed before.
 */
public final class PolicyShutdownException extends CallRejectedException {

    private static final long serialVersionUID = 1L;

    private final String what;

    /**
     * For patterns.
     *
     * @param pattern for people, such as {@code Bulkhead}
     * @param what the call waited for, such as {@code a permit}
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
