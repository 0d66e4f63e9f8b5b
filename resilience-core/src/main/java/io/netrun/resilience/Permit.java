package io.netrun.resilience;

/**
 * The right to make one call, for calls that cannot be put into a lambda. It is settled exactly once, when the call has
 * ended; a second settlement does nothing. Thread-safe.
 */
public interface Permit extends AutoCloseable {

    /** The call succeeded. */
    void onSuccess();

    /** The call failed; whether that counts is for the policy's configuration to say. */
    void onFailure(Throwable failure);

    /** The call ended in a way that says nothing: cancelled, or not made at all. It counts as cancelled. */
    void onIgnored();

    /** Settles as {@link #onIgnored()} what was not settled before, so that try-with-resources can leak no permit. */
    @Override
    default void close() {
        onIgnored();
    }
}
