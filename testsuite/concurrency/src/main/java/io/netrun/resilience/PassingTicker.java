package io.netrun.resilience;

import java.time.Instant;

/**
 * Time in which every delay is over at once, while the clock stands still. A policy that waits for its time meets the
 * other threads without a pause between, which is where the interleavings are.
 */
public final class PassingTicker implements Ticker {

    /** For those who never stop it. */
    public static final PassingTicker INSTANCE = new PassingTicker();

    private static final Scheduled RUN = () -> {};

    private volatile boolean stopped;

    /** No delay that begins from now on is ever over. */
    public void stop() {
        stopped = true;
    }

    @Override
    public long nanoTime() {
        return Long.MAX_VALUE - 5;
    }

    @Override
    public Instant now() {
        return Instant.EPOCH;
    }

    @Override
    public void sleep(long nanos) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    @Override
    public Scheduled schedule(Runnable task, long delayNanos) {
        if (!stopped) {
            task.run();
        }
        return RUN;
    }
}
