package io.netrun.resilience;

import java.time.Instant;

/**
 * The passing of time, as every policy sees it: read, waited for, or scheduled upon. Policies measure with
 * {@link #nanoTime()} only, which never steps back; the wall clock serves people alone. Tests replace the ticker by one
 * that they turn by hand. Implementations are thread-safe.
 */
public interface Ticker {

    /** Monotonic time in nanoseconds from an arbitrary origin; may overflow, so compare by subtraction only. */
    long nanoTime();

    /** Wall-clock time, for snapshots, events and messages. No decision is made by it. */
    Instant now();

    /**
     * Keeps the calling thread waiting.
     *
     * @param nanos how long, in nanoseconds; zero or less returns at once
     * @throws InterruptedException if the thread is interrupted before or during the wait; its interrupt flag is then
     *     clear
     */
    void sleep(long nanos) throws InterruptedException;

    /**
     * Runs a task once after a delay, unless it is cancelled before. The task runs on the timer's own thread, which all
     * instances share: it must be short, must not block and must not run code of the user.
     *
     * @param delayNanos the delay in nanoseconds; zero or less means as soon as possible
     * @return the handle that takes the task back
     */
    Scheduled schedule(Runnable task, long delayNanos);

    /**
     * Runs a task once at a moment; otherwise as {@link #schedule}. Saves a reading of the clock where the moment is
     * known.
     *
     * @param at the moment, as {@link #nanoTime()} will tell it; one in the past means as soon as possible
     */
    default Scheduled scheduleAt(Runnable task, long at) {
        return schedule(task, at - nanoTime());
    }

    /** The real time of this JVM: {@link System#nanoTime()} and one daemon timer thread that ends when idle. */
    static Ticker system() {
        return SystemTicker.INSTANCE;
    }

    /** A task that waits for its time. */
    @FunctionalInterface
    interface Scheduled {

        /** Takes the task back, so that nothing keeps it; does nothing once it has run or was cancelled. */
        void cancel();
    }
}
