package io.netrun.resilience.spring;

import io.netrun.resilience.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** A ticker that a test advances. */
public final class HandTicker implements Ticker {

    private record Task(Runnable action, long at) {}

    private final List<Task> tasks = new CopyOnWriteArrayList<>();
    private final AtomicLong nanos = new AtomicLong();

    /** Advances the time, and runs what is due then on the calling thread. */
    public void pass(Duration time) {
        long now = nanos.addAndGet(time.toNanos());
        for (Task task : tasks) {
            if (task.at <= now && tasks.remove(task)) {
                task.action.run();
            }
        }
    }

    /** The number of tasks that are scheduled. */
    public int scheduledCount() {
        return tasks.size();
    }

    @Override
    public long nanoTime() {
        return nanos.get();
    }

    @Override
    public Instant now() {
        return Instant.EPOCH.plusNanos(nanos.get());
    }

    @Override
    public void sleep(long delay) {
        nanos.addAndGet(Math.max(0, delay));
    }

    @Override
    public Scheduled schedule(Runnable action, long delayNanos) {
        Task task = new Task(action, nanos.get() + delayNanos);
        tasks.add(task);
        return () -> tasks.remove(task);
    }
}
