package io.netrun.resilience;

import java.time.Instant;

/**
 * The clock and timer of all policies. Policies measure with {@link #nanoTime()} only, which never steps back; the wall
 * clock is for display alone. Tests replace the ticker by one that they advance by hand. Implementations are
 * thread-safe.
 */
public interface Ticker {

    /**
     * Returns the monotonic time in nanoseconds from an arbitrary origin. May overflow, so compare by subtraction only.
     */
    long nanoTime();

    /** Returns the wall-clock time, for snapshots, events and messages. No decision is based on it. */
    Instant now();

    /** Returns {@link #now()} in milliseconds since the epoch, which needs no object. */
    default long millis() {
        return now().toEpochMilli();
    }

    /**
     * Keeps the calling thread waiting.
     *
     * @param nanos the duration in nanoseconds; zero or less returns at once
     * @throws InterruptedException if the thread is interrupted before or during the wait; its interrupt flag is then
     *     clear
     */
    void sleep(long nanos) throws InterruptedException;

    /**
     * Runs a task once after a delay, unless it is cancelled before. The task runs on the timer's own thread, which all
     * instances share: it must be short, must not block and must not run user code.
     *
     * @param delayNanos the delay in nanoseconds; zero or less means as soon as possible
     * @return the handle that cancels the task
     */
    Scheduled schedule(Runnable task, long delayNanos);

    /**
     * Runs a task once at a given time; otherwise like {@link #schedule}. Avoids reading the clock if that time is
     * known.
     *
     * @param at the time, on the scale of {@link #nanoTime()}; one in the past means as soon as possible
     */
    default Scheduled scheduleAt(Runnable task, long at) {
        return schedule(task, at - nanoTime());
    }

    /** Returns the real time of this JVM: {@link System#nanoTime()} and one daemon timer thread that ends when idle. */
    static Ticker system() {
        return SystemTicker.INSTANCE;
    }

    /** A scheduled task. */
    @FunctionalInterface
    interface Scheduled {

        /** Cancels the task and releases the reference to it. Does nothing once it has run or was cancelled. */
        void cancel();
    }
}
