package io.netrun.resilience.spring.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The responses of one call's attempts. At most one reaches the caller, who closes it. Every other is released here,
 * including one that arrives after the call has ended because of a timeout or a faster attempt. A failed release
 * affects neither the call nor other releases. Thread-safe; nothing is released under the lock.
 *
 * @param <R> the client's type of a response
 */
final class Responses<R> {

    private static final Logger log = LoggerFactory.getLogger(Responses.class);

    /** The maximum time for reading the rest of an unwanted body, so that the connection can be reused. */
    static final Duration LONGEST_RELEASE = Duration.ofSeconds(5);

    /** The maximum number of bytes read; beyond that, a new connection is cheaper. */
    static final int LARGEST_RELEASE = 256 * 1024;

    private final Consumer<R> release;
    private final List<Arrived<R>> open = new ArrayList<>(2);
    private boolean ended;
    private @Nullable R callers;

    Responses(Consumer<R> release) {
        this.release = response -> {
            try {
                release.accept(response);
            } catch (Throwable e) {
                log.debug("An unwanted response could not be released", e);
            }
        };
    }

    /** Adds the response of an attempt. */
    void arrived(R response) {
        synchronized (this) {
            if (!ended) {
                open.add(new Arrived<>(response));
                return;
            }
        }
        release.accept(response);
    }

    /** Records the failure that the policies see in place of a response with a failing status. */
    synchronized void fails(R response, FailingStatusException failure) {
        for (Arrived<R> each : open) {
            if (each.response == response) {
                each.failure = failure;
            }
        }
    }

    /** Releases a response. Does nothing if it has already been released. */
    void release(R response) {
        if (take(response)) {
            release.accept(response);
        }
    }

    /** Ends the call with a response, which belongs to the caller from now on. False if the call has ended before. */
    boolean endWith(R response) {
        boolean taken;
        synchronized (this) {
            taken = take(response);
            callers = taken ? response : callers;
        }
        end();
        return taken;
    }

    /**
     * The response that belongs to the caller; null if there is none. After the call has ended, this does not change.
     */
    synchronized @Nullable R callers() {
        return callers;
    }

    /**
     * Ends the call with a failure. Returns the response that the failure represents, which belongs to the caller from
     * now on; null if there is none.
     */
    @Nullable
    R endWith(Throwable thrown) {
        FailingStatusException failure = FailingStatusException.in(thrown);
        R response = failure == null ? null : take(failure);
        end();
        return response;
    }

    /** Ends the call without a response. */
    void end() {
        Collection<Arrived<R>> left;
        synchronized (this) {
            ended = true;
            left = List.copyOf(open);
            open.clear();
        }
        left.forEach(each -> {
            each.detach();
            release.accept(each.response);
        });
    }

    private synchronized boolean take(R response) {
        return open.removeIf(each -> each.response == response && each.detach());
    }

    private synchronized @Nullable R take(FailingStatusException failure) {
        for (Iterator<Arrived<R>> each = open.iterator(); each.hasNext(); ) {
            Arrived<R> arrived = each.next();
            if (arrived.failure == failure) {
                each.remove();
                arrived.detach();
                callers = arrived.response;
                return arrived.response;
            }
        }
        return null;
    }

    private static final class Arrived<R> {

        private final R response;
        private @Nullable FailingStatusException failure;

        Arrived(R response) {
            this.response = response;
        }

        /** Drops the failure's reference to the response, which has been claimed. Always true. */
        boolean detach() {
            if (failure != null) {
                failure.detach();
            }
            return true;
        }
    }
}
