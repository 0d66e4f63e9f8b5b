package io.netrun.resilience.timeout;

import org.jspecify.annotations.Nullable;

/**
 * The interrupts that time limits have outstanding on one thread. The thread has a single flag, while limits nest on it: in
 * one pipeline, or because protected code calls something protected. So each limit takes its own interrupt back, and
 * the flag stays set while another's is outstanding. It lives as long as the outermost of the nested calls.
 */
final class LimitInterrupts {

    private static final ThreadLocal<@Nullable LimitInterrupts> OF_THREAD = new ThreadLocal<>();

    private final Thread thread = Thread.currentThread();

    /** Calls within each other; of this thread alone. */
    private int depth;

    /** Guarded by this. */
    private int outstanding;

    private LimitInterrupts() {}

    /** A call with a limit begins on this thread; it has to {@link #leave}. */
    static LimitInterrupts enter() {
        @Nullable LimitInterrupts interrupts = OF_THREAD.get();
        if (interrupts == null) {
            interrupts = new LimitInterrupts();
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
     * Interrupts the thread.
     *
     * @return whether the interrupt has to be taken back; not if the flag was set already, and not by a limit
     */
    synchronized boolean strike() {
        if (outstanding == 0 && thread.isInterrupted()) {
            return false;
        }
        outstanding++;
        thread.interrupt();
        return true;
    }

    /** Takes one interrupt back, on its thread. */
    synchronized void takeBack() {
        outstanding--;
        Thread.interrupted();
        if (outstanding > 0) {
            thread.interrupt();
        }
    }
}
