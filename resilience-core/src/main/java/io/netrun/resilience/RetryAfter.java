package io.netrun.resilience;

import java.time.Duration;

/** Implemented by failures that know when another try makes sense. */
public interface RetryAfter {

    /** How long to wait, from the moment of the failure; zero for at once, or as soon as a running call ends. */
    Duration retryAfter();
}
