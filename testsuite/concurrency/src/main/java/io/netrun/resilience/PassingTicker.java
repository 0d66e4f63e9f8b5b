package io.netrun.resilience;

import java.time.Instant;

/**
 * A ticker whose delays expire at once while its clock stands still. Waiting policies race with the other threads
 * without a pause, which is what produces the interleavings.
 */
public final class PassingTicker implements Ticker {

    /** Shared by tests that never stop it. */
    public static final PassingTicker INSTANCE = new PassingTicker();

    private static final Scheduled RUN = () -> {};

    private volatile boolean stopped;

    /** From now on, delays never expire. */
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
