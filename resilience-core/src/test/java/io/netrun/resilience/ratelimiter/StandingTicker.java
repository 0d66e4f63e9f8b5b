package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.RelayTicker;
import io.netrun.resilience.test.ManualTicker;
import java.util.concurrent.CountDownLatch;

/** Time that passes by hand only: a sleep lasts until somebody else has turned the time. */
final class StandingTicker extends RelayTicker {

    private final ManualTicker time;

    StandingTicker(ManualTicker time) {
        super(time);
        this.time = time;
    }

    /** What is turned. */
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
