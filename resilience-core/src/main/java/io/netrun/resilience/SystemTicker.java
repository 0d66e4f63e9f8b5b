package io.netrun.resilience;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * Real time. The timer has its own thread and does not share a pool, because a time limit must fire whatever else the
 * JVM is busy with.
 */
enum SystemTicker implements Ticker {
    INSTANCE;

    private static final long IDLE_SECONDS = 10;

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public long millis() {
        return System.currentTimeMillis();
    }

    @Override
    public void sleep(long nanos) throws InterruptedException {
        if (nanos > 0) {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } else if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    @Override
    public Scheduled schedule(Runnable task, long delayNanos) {
        return Timer.SHARED.schedule(task, delayNanos);
    }

    @Override
    public Scheduled scheduleAt(Runnable task, long at) {
        return Timer.SHARED.scheduleAt(task, at);
    }

    /** Hands a task over to a worker at a given time, unless it is cancelled before. */
    static Scheduled handOverAt(Runnable task, long at) {
        return Workers.handOverAt(Timer.SHARED, task, at);
    }

    /** Loads what the first task needs, for which there may be no room on the stack then. Starts no thread. */
    static void prepare() {
        Timer.SHARED.isRunning();
    }

    /** Returns whether the timer's thread exists. */
    static boolean isTimerRunning() {
        return Timer.SHARED.isRunning();
    }

    /** Created with the first task: a program without time limits has no timer. */
    private static final class Timer {

        static final TimerThread SHARED = new TimerThread(INSTANCE, TimeUnit.SECONDS.toNanos(IDLE_SECONDS));
    }
}
