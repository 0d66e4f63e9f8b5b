package io.netrun.resilience.test;

import io.netrun.resilience.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * A ticker whose time a test advances by hand. Pass it to {@code CircuitBreaker.of("payments", config, ticker)} or
 * {@code ResilienceRegistry.create(ticker)}, or declare it as the only {@code Ticker} bean of a Spring application.
 * Time stands still until {@link #advance} is called, which runs the tasks that become due on the calling thread. A
 * sleep, such as the delay of a retry, returns at once, advances the time by its duration and is recorded. Asynchronous
 * and reactive calls do not sleep: their delays are tasks and pass only by {@link #advance} or {@link #advanceToNext}.
 *
 * <p>Monotonic time starts just before the overflow of {@link System#nanoTime()}'s range, so that every test crosses
 * it; the wall clock starts at the beginning of 2026. Thread-safe.
 */
public final class ManualTicker implements Ticker {

    private final PriorityQueue<Task> tasks = new PriorityQueue<>(ManualTicker::compare);
    private final List<Duration> sleeps = new ArrayList<>();
    private long scheduled;
    private long nanos = Long.MAX_VALUE - 5;
    private Instant wall = Instant.parse("2026-01-01T00:00:00Z");

    @Override
    public synchronized long nanoTime() {
        return nanos;
    }

    @Override
    public synchronized Instant now() {
        return wall;
    }

    /** Sets only the wall clock, as an administrator would. No decision of a policy depends on it. */
    public synchronized void setWallClock(Instant instant) {
        wall = instant;
    }

    /** Advances the time by this duration, without waiting. */
    @Override
    public void sleep(long delay) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        synchronized (this) {
            sleeps.add(Duration.ofNanos(delay));
        }
        advance(Duration.ofNanos(delay));
    }

    /** A copy of the recorded sleeps, in order. */
    public synchronized List<Duration> sleeps() {
        return List.copyOf(sleeps);
    }

    @Override
    public synchronized Scheduled schedule(Runnable task, long delay) {
        Task added = new Task(nanos + Math.max(0, delay), scheduled++, task);
        tasks.add(added);
        return () -> {
            synchronized (ManualTicker.this) {
                tasks.remove(added);
            }
        };
    }

    /** The number of scheduled tasks, such as timeouts of running calls. */
    public synchronized int scheduledCount() {
        return tasks.size();
    }

    /**
     * Advances the time and runs the tasks that become due, in order, each at its own time.
     *
     * @param duration zero runs only what is due already
     */
    public void advance(Duration duration) {
        long end = nanoTime() + duration.toNanos();
        for (Task due = nextUntil(end); due != null; due = nextUntil(end)) {
            due.task.run();
        }
        moveTo(end);
    }

    /**
     * Advances the time to the next moment for which a task is scheduled, and runs all that is due then. In this way a
     * test passes the delay of an asynchronous retry without knowing how long it is. Time limits of running calls are
     * tasks too: a maximum that is shorter than they are leaves them alone while an attempt runs on another thread.
     *
     * @param atMost how far to advance at most; nothing happens if no task is due by then
     * @return whether there was such a task
     */
    public boolean advanceToNext(Duration atMost) {
        Duration wait = untilNext();
        if (wait == null || wait.compareTo(atMost) > 0) {
            return false;
        }
        advance(wait);
        return true;
    }

    private synchronized @Nullable Duration untilNext() {
        Task next = tasks.peek();
        return next == null ? null : Duration.ofNanos(Math.max(0, next.at - nanos));
    }

    private synchronized @Nullable Task nextUntil(long end) {
        Task next = tasks.peek();
        if (next == null || next.at - end > 0) {
            return null;
        }
        tasks.remove();
        moveTo(next.at);
        return next;
    }

    private synchronized void moveTo(long time) {
        if (time - nanos > 0) {
            wall = wall.plusNanos(time - nanos);
            nanos = time;
        }
    }

    /** By time, which may overflow; those of one moment in the order in which they were scheduled. */
    private static int compare(Task a, Task b) {
        int byTime = Long.signum(a.at - b.at);
        return byTime == 0 ? Long.compare(a.number, b.number) : byTime;
    }

    private record Task(long at, long number, Runnable task) {}
}
