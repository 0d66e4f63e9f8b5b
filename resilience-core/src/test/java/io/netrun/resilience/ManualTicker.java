package io.netrun.resilience;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Time that a test turns by hand. It starts just before the overflow of {@link System#nanoTime()}'s range, so that every
 * test crosses it. Tasks run on the thread that turns the time; a sleep turns the time itself and is recorded.
 */
public final class ManualTicker implements Ticker {

    private final PriorityQueue<Task> tasks = new PriorityQueue<>((a, b) -> Long.compare(a.at - b.at, 0));
    private final List<Duration> sleeps = new ArrayList<>();
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

    /** Sets the wall clock alone, as an administrator does. */
    public synchronized void setWallClock(Instant instant) {
        wall = instant;
    }

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

    /** The sleeps so far. */
    public synchronized List<Duration> sleeps() {
        return List.copyOf(sleeps);
    }

    @Override
    public synchronized Scheduled schedule(Runnable task, long delay) {
        Task scheduled = new Task(nanos + Math.max(0, delay), task);
        tasks.add(scheduled);
        return () -> {
            synchronized (ManualTicker.this) {
                tasks.remove(scheduled);
            }
        };
    }

    /** Tasks that wait for their time. */
    public synchronized int scheduledCount() {
        return tasks.size();
    }

    /** Turns the time and runs what becomes due, in the order of its time. */
    public void advance(Duration duration) {
        long end = nanoTime() + duration.toNanos();
        for (Task due = nextUntil(end); due != null; due = nextUntil(end)) {
            due.task.run();
        }
        moveTo(end);
    }

    private synchronized Task nextUntil(long end) {
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

    private record Task(long at, Runnable task) {}
}
