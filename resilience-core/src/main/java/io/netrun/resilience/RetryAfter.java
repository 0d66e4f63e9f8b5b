package io.netrun.resilience;

import java.time.Duration;
import java.util.Optional;

/** Implemented by failures that know when another try makes sense. */
public interface RetryAfter {

    /**
     * How long to wait, from the moment that this is asked: zero for at once, or as soon as a running call ends. Empty
     * if nobody can know, as for a circuit that only an operator closes again; an answer over HTTP has no
     * {@code Retry-After} then.
     */
    Optional<Duration> retryAfter();
}
