package io.netrun.resilience.timeout;

import io.netrun.resilience.SafeLog;
import io.netrun.resilience.SpinBackoff;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The outstanding interrupts by time limits on one thread. The thread has a single flag, while limits nest on it: in
 * one pipeline, or because protected code makes a protected call. So each limit clears its own interrupt, and the flag
 * stays set while another one is outstanding. An instance lives as long as the outermost of the nested calls.
 */
final class TimeoutInterrupts {

    private static final Logger log = LoggerFactory.getLogger(TimeoutInterrupts.class);

    private static final ThreadLocal<@Nullable TimeoutInterrupts> OF_THREAD = new ThreadLocal<>();

    private final Thread thread = Thread.currentThread();

    /** The number of nested calls; confined to this thread. */
    private int depth;

    /** Guarded by this object's monitor. */
    private short outstanding;

    /** The number of limits that are about to interrupt the thread; guarded by this object's monitor. */
    private short interrupting;

    private TimeoutInterrupts() {}

    /** Enters a call with a limit on this thread; {@link #leave} must follow. */
    static TimeoutInterrupts enter() {
        @Nullable TimeoutInterrupts interrupts = OF_THREAD.get();
        if (interrupts == null) {
            interrupts = new TimeoutInterrupts();
            OF_THREAD.set(interrupts);
        }
        interrupts.depth++;
        return interrupts;
    }

    /** Leaves the call, on its thread. */
    void leave() {
        depth--;
        if (depth == 0) {
            OF_THREAD.set(null);
        }
    }

    /**
     * Interrupts the thread. That runs foreign code, such as the {@code close} of the channel in which the thread
     * blocks, so it is done outside of the lock.
     *
     * @return whether the interrupt must be cleared; false if the flag was already set, and not by a limit
     */
    boolean interrupt() {
        synchronized (this) {
            if (outstanding == 0 && thread.isInterrupted()) {
                return false;
            }
            outstanding++;
            interrupting++;
        }
        Throwable failure = null;
        try {
            thread.interrupt();
        } catch (Throwable thrown) {
            failure = thrown;
        }
        synchronized (this) {
            interrupting--;
        }
        if (failure != null) {
            // The flag may be set nevertheless, so it must be cleared.
            SafeLog.warn(log, "The interrupt of a call beyond its time limit failed", failure);
        }
        return true;
    }

    /** Returns the number of outstanding interrupts by limits on the calling thread; for tests. */
    static int ofCurrentThread() {
        TimeoutInterrupts interrupts = OF_THREAD.get();
        if (interrupts == null) {
            return 0;
        }
        synchronized (interrupts) {
            return interrupts.outstanding;
        }
    }

    /**
     * Clears one interrupt, on its thread. Waits for other limits that are about to interrupt it: a flag that was set
     * for one of them beforehand would be taken for an interrupt by other code when its own comes.
     *
     * @param cleared how many interrupts the thread has cleared while it waited for this one; of two, one was not made
     *     by a limit
     */
    void clear(int cleared) {
        int all = cleared;
        for (int checks = 0; !tryClear(all); checks++) {
            all += Thread.interrupted() ? 1 : 0;
            SpinBackoff.await(checks);
        }
    }

    private synchronized boolean tryClear(int cleared) {
        if (interrupting > 0) {
            return false;
        }
        outstanding--;
        int all = cleared + (Thread.interrupted() ? 1 : 0);
        if (outstanding > 0 || all > 1) {
            thread.interrupt();
        }
        return true;
    }
}
