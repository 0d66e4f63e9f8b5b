package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.Ticker;
import io.netrun.resilience.test.ManualTicker;
import java.time.Instant;

/** A ticker that lets something happen as its clock is read. */
final class ReadTicker implements Ticker {

    private final ManualTicker ticker = new ManualTicker();
    private Runnable next = () -> {};

    void beforeNextReading(Runnable action) {
        next = action;
    }

    private void read() {
        Runnable action = next;
        next = () -> {};
        action.run();
    }

    @Override
    public long nanoTime() {
        read();
        return ticker.nanoTime();
    }

    @Override
    public Instant now() {
        read();
        return ticker.now();
    }

    @Override
    public void sleep(long delay) throws InterruptedException {
        ticker.sleep(delay);
    }

    @Override
    public Scheduled schedule(Runnable task, long delay) {
        return ticker.schedule(task, delay);
    }
}
