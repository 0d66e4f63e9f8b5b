package io.netrun.resilience;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Futures whose {@code cancel} failed because the heap was full: the JDK's allocates an exception. What a call holds
 * until such a future ends would be held for ever, so a worker cancels it again until there is memory. To add one
 * allocates nothing.
 */
final class LateCancels implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(LateCancels.class);

    private static final int MOST = 1_024;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** A minute at least: what fails for longer does not fail because of the heap alone. */
    private static final int MAX_ROUNDS = 3_000;

    private final boolean mayInterruptIfRunning;
    private final AtomicReferenceArray<@Nullable CompletableFuture<?>> futures = new AtomicReferenceArray<>(MOST);

    /** Hands this over to a worker; null while a worker has it. */
    private final AtomicReference<@Nullable Runnable> start;

    LateCancels(boolean mayInterruptIfRunning) {
        this.mayInterruptIfRunning = mayInterruptIfRunning;
        this.start = new AtomicReference<>(Workers.reserve(this));
    }

    /** Adds a future. Does nothing if there are too many: they end with their own work then. */
    void add(CompletableFuture<?> future) {
        for (int i = 0; i < MOST; i++) {
            if (futures.get(i) == null && futures.compareAndSet(i, null, future)) {
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

    @Override
    public void run() {
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
     * Cancels each future once. Returns whether none is left.
     *
     * @param last whether those that cannot be cancelled now are given up
     */
    private boolean tryCancelAll(boolean last) {
        boolean all = true;
        for (int i = 0; i < MOST; i++) {
            CompletableFuture<?> future = futures.get(i);
            if (future != null) {
                if (tryCancel(future, last)) {
                    futures.set(i, null);
                } else {
                    all = false;
                }
            }
        }
        return all;
    }

    private boolean tryCancel(CompletableFuture<?> future, boolean last) {
        try {
            ForeignStage.tryCancel(future, mayInterruptIfRunning);
        } catch (OutOfMemoryError full) {
            if (!last) {
                return false;
            }
            SafeLog.error(log, "Cancelling a future failed for a minute; its call may continue", full);
        } catch (Throwable failed) {
            SafeLog.error(log, "Cancelling a future failed; its call may continue", failed);
        }
        return true;
    }

    private boolean tryPrepare() {
        try {
            start.set(Workers.reserve(this));
            return true;
        } catch (OutOfMemoryError full) {
            return false;
        }
    }

    private boolean isEmpty() {
        for (int i = 0; i < MOST; i++) {
            if (futures.get(i) != null) {
                return false;
            }
        }
        return true;
    }
}
