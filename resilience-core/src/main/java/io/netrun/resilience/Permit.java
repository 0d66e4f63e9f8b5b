package io.netrun.resilience;

/**
 * The right to make one call, for calls that cannot be passed as a lambda. It is settled exactly once, when the call
 * has ended; a second settlement does nothing. Thread-safe.
 */
public interface Permit extends AutoCloseable {

    /** Settles this permit: the call succeeded. */
    void onSuccess();

    /** Settles this permit: the call failed. The policy's configuration determines whether the failure counts. */
    void onFailure(Throwable failure);

    /** Settles this permit without an outcome: the call was cancelled, or not made at all. It counts as cancelled. */
    void onIgnored();

    /**
     * Settles a permit that is not settled yet as {@link #onIgnored()} does, so that try-with-resources cannot leak it.
     */
    @Override
    default void close() {
        onIgnored();
    }
}
