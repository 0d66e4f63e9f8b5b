package io.netrun.resilience.spring.http;

import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.HttpFailure;
import io.netrun.resilience.RetryAfter;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * The failure that the policies around an HTTP call see in place of a response whose status counts as a failure, so
 * that an instance's {@code exceptions} can list it. If the response asks for a delay, as by {@code Retry-After}, this
 * exception is a {@link RetryAfter}. The caller gets the response and not this exception, unless the response has been
 * released, because the thread was interrupted while it waited for the next attempt. It has no stack trace, since a
 * trace adds nothing to the status.
 */
public abstract sealed class FailingStatusException extends IOException {

    private static final long serialVersionUID = 1L;

    private final int status;

    /**
     * Releases the response; null once it has been released or passed to the caller, so that this exception does not
     * keep the response reachable.
     */
    private final transient AtomicReference<@Nullable Runnable> release;

    private FailingStatusException(String call, int status, Runnable release) {
        super(call + " was answered with status " + status);
        this.status = status;
        this.release = new AtomicReference<>(release);
    }

    static FailingStatusException of(String call, int status, HttpHeaders headers, Runnable release) {
        Duration hint = hint(status, headers, Clock.systemUTC());
        return hint == null ? new Plain(call, status, release) : new Hinting(call, status, release, hint);
    }

    /** The status of the response, such as 503. */
    public int status() {
        return status;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }

    /** Releases the response that a failure represents, if any. It will not be read. */
    static void release(Throwable failure) {
        FailingStatusException failing = in(failure);
        if (failing != null && failing.release != null) { // null after deserialization
            Runnable first = failing.release.getAndSet(null);
            if (first != null) {
                first.run();
            }
        }
    }

    /** Drops the reference to a response that has been released or passed to the caller. */
    void detach() {
        release.set(null);
    }

    /** The failing status that is the failure itself or the cause of a policy's exception; null if there is none. */
    static @Nullable FailingStatusException in(Throwable failure) {
        return ExceptionFilter.behindPolicies(failure) instanceof FailingStatusException failing ? failing : null;
    }

    /**
     * The delay that a response asks for, by {@code Retry-After} or by the fields of a limit; null if it asks for none,
     * or in no readable form. A date is compared with the response's own {@code Date} if present, since the clocks of
     * client and server may differ.
     */
    static @Nullable Duration hint(int status, HttpHeaders headers, Clock clock) {
        return HttpFailure.retryAfter(status, headers::getFirst, clock.instant());
    }

    private static final class Plain extends FailingStatusException {

        private static final long serialVersionUID = 1L;

        Plain(String call, int status, Runnable release) {
            super(call, status, release);
        }
    }

    private static final class Hinting extends FailingStatusException implements RetryAfter {

        private static final long serialVersionUID = 1L;

        private final Duration retryAfter;

        Hinting(String call, int status, Runnable release, Duration retryAfter) {
            super(call, status, release);
            this.retryAfter = retryAfter;
        }

        @Override
        public Optional<Duration> retryAfter() {
            return Optional.of(retryAfter);
        }
    }
}
