package io.netrun.resilience.benchmarks;

import io.netrun.resilience.Ticker;
import java.time.Instant;

/** A clock that runs faster, since our limiter gives no more than one token a microsecond. */
final class FastTicker implements Ticker {

    static final int FACTOR = 1000;

    @Override
    public long nanoTime() {
        return System.nanoTime() * FACTOR;
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public void sleep(long nanos) throws InterruptedException {
        Ticker.system().sleep(nanos / FACTOR);
    }

    @Override
    public Scheduled schedule(Runnable task, long delayNanos) {
        return Ticker.system().schedule(task, delayNanos / FACTOR);
    }
}
