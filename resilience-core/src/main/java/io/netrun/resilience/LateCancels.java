package io.netrun.resilience;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Futures, or subscriptions, whose {@code cancel} failed because the heap was full: that of the JDK's futures allocates
 * an exception. What a call holds until its future ends would be held for ever, so a worker cancels it again until
 * there is memory. To add one allocates nothing. Thread-safe.
 *
 * @apiNote For authors of policies.
 * @param <C> what is cancelled
 */
public final class LateCancels<C> {

    private static final Logger log = LoggerFactory.getLogger(LateCancels.class);

    private static final int MOST = 1_024;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** A minute at least: what fails for longer does not fail because of the heap alone. */
    private static final int MAX_ROUNDS = 3_000;

    private final Consumer<? super C> cancel;
    private final AtomicReferenceArray<@Nullable C> waiting = new AtomicReferenceArray<>(MOST);

    /** Hands this over to a worker; null while a worker has it. */
    private final AtomicReference<@Nullable Runnable> start;

    /**
     * Allocates what is needed later.
     *
     * @param cancel cancels one; called on a worker, again and again while it throws an {@link OutOfMemoryError}
     */
    public LateCancels(Consumer<? super C> cancel) {
        this.cancel = cancel;
        this.start = new AtomicReference<>(Workers.reserve(this::run));
    }

    /** Adds one. Does nothing if there are too many: they end with their own work then. */
    public void add(C cancellable) {
        for (int i = 0; i < MOST; i++) {
            if (waiting.get(i) == null && waiting.compareAndSet(i, null, cancellable)) {
                wake();
                return;
            }
        }
    }

    private void wake() {
        Runnable first = start.getAndSet(null);
        if (first != null) {
            first.run();
        }
    }

    private void run() {
        int rounds = 1;
        while (!tryCancelAll(rounds >= MAX_ROUNDS) || !tryPrepare()) {
            rounds++;
            Thread.interrupted(); // it could not park otherwise
            LockSupport.parkNanos(this, PAUSE_NANOS);
        }
        if (!isEmpty()) {
            wake(); // added meanwhile
        }
    }

    /**
     * Cancels each once. Returns whether none is left.
     *
     * @param last whether those that cannot be cancelled now are given up
     */
    private boolean tryCancelAll(boolean last) {
        boolean all = true;
        for (int i = 0; i < MOST; i++) {
            C cancellable = waiting.get(i);
            if (cancellable != null) {
                if (tryCancel(cancellable, last)) {
                    waiting.set(i, null);
                } else {
                    all = false;
                }
            }
        }
        return all;
    }

    private boolean tryCancel(C cancellable, boolean last) {
        try {
            cancel.accept(cancellable);
        } catch (OutOfMemoryError full) {
            if (!last) {
                return false;
            }
            SafeLog.error(log, "A cancel failed for a minute; its call may continue", full);
        } catch (Throwable failed) {
            SafeLog.error(log, "A cancel failed; its call may continue", failed);
        }
        return true;
    }

    private boolean tryPrepare() {
        try {
            start.set(Workers.reserve(this::run));
            return true;
        } catch (OutOfMemoryError full) {
            return false;
        }
    }

    private boolean isEmpty() {
        for (int i = 0; i < MOST; i++) {
            if (waiting.get(i) != null) {
                return false;
            }
        }
        return true;
    }
}
