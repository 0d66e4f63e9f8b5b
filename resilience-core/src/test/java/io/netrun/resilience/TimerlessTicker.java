package io.netrun.resilience;

import java.time.Instant;

/**
 * A ticker that can set no timer, as when the process may start no more threads.
 *
 * @param time tells the time
 */
public record TimerlessTicker(Ticker time) implements Ticker {

    @Override
    public long nanoTime() {
        return time.nanoTime();
    }

    @Override
    public Instant now() {
        return time.now();
    }

    @Override
    public void sleep(long nanos) throws InterruptedException {
        time.sleep(nanos);
    }

    @Override
    public Scheduled schedule(Runnable task, long delayNanos) {
        throw new OutOfMemoryError("unable to create native thread");
    }
}
