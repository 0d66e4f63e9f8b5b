package io.netrun.resilience.retry;

/** What the caller gets when the last attempt has failed. */
public enum OnExhausted {
    /** A {@link RetryExhaustedException} whose cause is the last failure. */
    WRAP,
    /** The last failure itself. */
    RETHROW
}
