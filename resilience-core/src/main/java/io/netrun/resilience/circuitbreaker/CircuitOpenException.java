package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.CallRejectedException;
import io.netrun.resilience.RetryAfter;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call was rejected because the circuit is open, half-open with all its trials in flight, or closed and ramping up.
 */
public final class CircuitOpenException extends CallRejectedException implements RetryAfter {

    private static final long serialVersionUID = 1L;

    private final CircuitBreaker.State state;
    private final transient @Nullable CircuitState refusing;

    /** For a deserialized exception, which has lost the state that rejected the call; written on serialization. */
    private long retryAfterNanos;

    CircuitOpenException(String name, CircuitState refusing, boolean withStackTrace) {
        super(name, null, withStackTrace);
        this.state = refusing.state();
        this.refusing = refusing;
    }

    /** Returns the state that rejected the call: OPEN, HALF_OPEN, FORCED_OPEN, or CLOSED while it ramps up. */
    public CircuitBreaker.State state() {
        return state;
    }

    /**
     * Returns how much longer the circuit rejects calls, from now on. OPEN: the time until trials are admitted.
     * HALF_OPEN: zero, because a running trial may end at any moment. FORCED_OPEN: empty, because only an operator ends
     * it. CLOSED: the time until all calls are admitted; some are admitted earlier. Zero once that state is over, as
     * after a reset.
     */
    @Override
    public Optional<Duration> retryAfter() {
        long nanos = rejectingNanos();
        return state == CircuitBreaker.State.FORCED_OPEN && nanos > 0
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(nanos));
    }

    private long rejectingNanos() {
        return refusing == null ? retryAfterNanos : refusing.remainingRejectionNanos();
    }

    /** Built on demand, because most rejections are counted and never printed. */
    @Override
    public String getMessage() {
        String circuit = "CircuitBreaker '" + name() + "' ";
        return switch (state) {
            case HALF_OPEN -> circuit + "is half-open and all its trials are in flight";
            case FORCED_OPEN -> circuit + "is forced open until it is reset";
            case CLOSED ->
                circuit + "ramps up after its recovery and admits a part of the calls; all calls are admitted after "
                        + text(Duration.ofNanos(rejectingNanos()));
            default ->
                circuit + "is open; the next trial is admitted after " + text(Duration.ofNanos(rejectingNanos()));
        };
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        retryAfterNanos = rejectingNanos();
        out.defaultWriteObject();
    }
}
