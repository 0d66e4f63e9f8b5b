package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.Ticker;
import io.netrun.resilience.test.ManualTicker;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;

/**
 * Time that passes by hand only: a sleep lasts until somebody else has turned the time.
 *
 * @param time what is turned
 */
record StandingTicker(ManualTicker time) implements Ticker {

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
        CountDownLatch over = new CountDownLatch(1);
        Scheduled timer = time.schedule(over::countDown, nanos);
        try {
            over.await();
        } finally {
            timer.cancel();
        }
    }

    @Override
    public Scheduled schedule(Runnable task, long nanos) {
        return time.schedule(task, nanos);
    }
}
