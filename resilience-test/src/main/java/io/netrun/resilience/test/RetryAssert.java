package io.netrun.resilience.test;

import io.netrun.resilience.retry.Retry;

/** Assertions about a retry. */
public final class RetryAssert extends PolicyAssert<RetryAssert, Retry> {

    RetryAssert(Retry actual) {
        super(actual, RetryAssert.class);
    }

    /** Verifies the number of attempts made after a failed one, since the retry was created. */
    public RetryAssert hasRetries(long expected) {
        return requireEqual("totalRetries", present().metrics().totalRetries(), expected);
    }

    /** Verifies the number of calls that succeeded after at least one retry. */
    public RetryAssert hasRecovered(long expected) {
        return requireEqual("totalRecovered", present().metrics().totalRecovered(), expected);
    }

    /**
     * Verifies the number of calls whose first attempt succeeded. They are counted only if the setting
     * {@code countSuccesses} is on.
     */
    public RetryAssert hasSucceeded(long expected) {
        return requireEqual("totalSucceeded", present().metrics().totalSucceeded(), expected);
    }

    /** Verifies the number of calls that failed because the retry budget did not cover another attempt. */
    public RetryAssert hasDenied(long expected) {
        return requireEqual("totalDenied", present().metrics().totalDenied(), expected);
    }

    /** Verifies the number of calls that failed because no attempt, or no time, was left. */
    public RetryAssert hasExhausted(long expected) {
        return requireEqual("totalExhausted", present().metrics().totalExhausted(), expected);
    }
}
