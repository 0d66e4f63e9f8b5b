package io.netrun.resilience;

import java.time.Instant;

/** A ticker that passes everything on to another one; a subclass does one thing in another way. */
public class RelayTicker implements Ticker {

    private final Ticker time;

    public RelayTicker(Ticker time) {
        this.time = time;
    }

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
        return time.schedule(task, delayNanos);
    }
}
