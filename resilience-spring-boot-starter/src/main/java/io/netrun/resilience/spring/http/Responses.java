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
 * The responses of one call's attempts. One of them may reach the caller, who closes it; every other is released here,
 * also one that arrives after the call has ended: by a time limit, or because another attempt was faster. One that can
 * not be released changes nothing for the call, and keeps no other from it. Thread-safe; nothing is released under the
 * lock.
 *
 * @param <R> the client's type of a response
 */
final class Responses<R> {

    private static final Logger log = LoggerFactory.getLogger(Responses.class);

    /** How long the rest of a body that nobody wants may take to be read, so that the connection can serve again. */
    static final Duration LONGEST_RELEASE = Duration.ofSeconds(5);

    /** How many bytes of it are read; a new connection is cheaper than more of them. */
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
                log.debug("A response that nobody reads could not be released", e);
            }
        };
    }

    /** An attempt has been answered. */
    void arrived(R response) {
        synchronized (this) {
            if (!ended) {
                open.add(new Arrived<>(response));
                return;
            }
        }
        release.accept(response);
    }

    /** A response has a failing status: the failure that the policies see in its place. */
    synchronized void fails(R response, FailingStatusException failure) {
        for (Arrived<R> each : open) {
            if (each.response == response) {
                each.failure = failure;
            }
        }
    }

    /** Nobody will read a response; does nothing if that is known already. */
    void release(R response) {
        if (take(response)) {
            release.accept(response);
        }
    }

    /** The call ends with a response, which is the caller's from now on; false if it has ended before. */
    boolean endWith(R response) {
        boolean taken;
        synchronized (this) {
            taken = take(response);
            callers = taken ? response : callers;
        }
        end();
        return taken;
    }

    /** The response that is the caller's; null if there is none, and there will be none once the call has ended. */
    synchronized @Nullable R callers() {
        return callers;
    }

    /**
     * The call ends with a failure: the response that this stands for is the caller's from now on; null if it stands
     * for none.
     */
    @Nullable
    R endWith(Throwable thrown) {
        FailingStatusException failure = FailingStatusException.in(thrown);
        R response = failure == null ? null : take(failure);
        end();
        return response;
    }

    /** The call ends without a response. */
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

        /** It is in good hands, so its failure need not refer to it any longer; always true. */
        boolean detach() {
            if (failure != null) {
                failure.detach();
            }
            return true;
        }
    }
}
