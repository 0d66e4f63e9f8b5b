package io.netrun.resilience.fleet;

/** The store could not be reached, or rejected a report. The message names the cause and the remedy. */
public final class FleetStoreException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With a message that names the remedy, and what the store's client threw. */
    public FleetStoreException(String message, Throwable cause) {
        super(message, cause);
    }

    /** With a message that names the remedy. */
    public FleetStoreException(String message) {
        super(message);
    }
}
