package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.RelayTicker;
import io.netrun.resilience.test.ManualTicker;
import java.util.concurrent.CountDownLatch;

/** A manual ticker whose sleeps block until another thread advances the time. */
final class StandingTicker extends RelayTicker {

    private final ManualTicker time;

    StandingTicker(ManualTicker time) {
        super(time);
        this.time = time;
    }

    /** The ticker to advance. */
    ManualTicker time() {
        return time;
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
}
