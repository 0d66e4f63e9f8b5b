package io.netrun.resilience;

import java.time.Duration;
import java.util.Optional;

/** Implemented by failures that know when a further attempt is useful. */
public interface RetryAfter {

    /**
     * Returns how long to wait, from now on: zero for at once, or as soon as a running call ends. Empty if it is
     * unknown, as for a circuit that only an operator closes; an HTTP response then has no {@code Retry-After} header.
     */
    Optional<Duration> retryAfter();
}
