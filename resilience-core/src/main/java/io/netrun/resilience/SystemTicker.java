package io.netrun.resilience;

import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Real time. The timer is a thread of our own and not a shared pool's, because a limit must fire whatever else the JVM
 * is busy with. A cancelled task leaves the timer's queue at once.
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
    public void sleep(long nanos) throws InterruptedException {
        if (nanos > 0) {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } else if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    @Override
    public Scheduled schedule(Runnable task, long delayNanos) {
        Future<?> scheduled = Timer.EXECUTOR.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
    }

    /** Created with the first task only: a program without time limits has no timer. */
    private static final class Timer {

        static final ScheduledThreadPoolExecutor EXECUTOR = create();

        private static ScheduledThreadPoolExecutor create() {
            ScheduledThreadPoolExecutor timer =
                    new ScheduledThreadPoolExecutor(1, task -> Workers.daemon(task, "resilience-timer"));
            timer.setRemoveOnCancelPolicy(true);
            timer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
            timer.allowCoreThreadTimeOut(true);
            return timer;
        }
    }
}
