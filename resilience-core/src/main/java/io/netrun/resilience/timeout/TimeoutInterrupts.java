package io.netrun.resilience.timeout;

import io.netrun.resilience.SafeLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The interrupts that time limits have outstanding on one thread. The thread has a single flag, while limits nest on
 * it: in one pipeline, or because protected code calls something protected. So each limit takes its own interrupt back,
 * and the flag stays set while another's is outstanding. It lives as long as the outermost of the nested calls.
 */
final class TimeoutInterrupts {

    private static final Logger log = LoggerFactory.getLogger(TimeoutInterrupts.class);

    private static final ThreadLocal<@Nullable TimeoutInterrupts> OF_THREAD = new ThreadLocal<>();

    private final Thread thread = Thread.currentThread();

    /** Calls within each other; of this thread alone. */
    private int depth;

    /** Guarded by this. */
    private int outstanding;

    private TimeoutInterrupts() {}

    /** A call with a limit begins on this thread; it has to {@link #leave}. */
    static TimeoutInterrupts enter() {
        @Nullable TimeoutInterrupts interrupts = OF_THREAD.get();
        if (interrupts == null) {
            interrupts = new TimeoutInterrupts();
            OF_THREAD.set(interrupts);
        }
        interrupts.depth++;
        return interrupts;
    }

    /** The call ends, on its thread. */
    void leave() {
        depth--;
        if (depth == 0) {
            OF_THREAD.set(null);
        }
    }

    /**
     * Interrupts the thread. That runs code of others, such as the {@code close} of the channel in which the thread
     * blocks, so it is done outside of the lock.
     *
     * @return whether the interrupt has to be taken back; not if the flag was set already, and not by a limit
     */
    boolean interrupt() {
        synchronized (this) {
            if (outstanding == 0 && thread.isInterrupted()) {
                return false;
            }
            outstanding++;
        }
        try {
            thread.interrupt();
            return true;
        } catch (Throwable thrown) {
            // The flag may be set all the same, so it has to be taken back.
            SafeLog.warn(log, "The interrupt of a call beyond its time limit failed", thrown);
            return true;
        }
    }

    /** How many interrupts of limits are outstanding on the calling thread; for tests. */
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
     * Takes one interrupt back, on its thread.
     *
     * @param cleared how many interrupts the thread has cleared while it waited for this one; of two, one was not a
     *     limit's
     */
    synchronized void clear(int cleared) {
        outstanding--;
        int all = cleared + (Thread.interrupted() ? 1 : 0);
        if (outstanding > 0 || all > 1) {
            thread.interrupt();
        }
    }
}
