package io.netrun.resilience.sample.soak;

import io.netrun.resilience.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** Real time that can jump ahead, as the clock of a suspended machine does. */
final class JumpingTicker implements Ticker {

    private final Ticker real = Ticker.system();
    private final AtomicLong ahead = new AtomicLong();

    void jump(Duration duration) {
        ahead.addAndGet(duration.toNanos());
    }

    @Override
    public long nanoTime() {
        return real.nanoTime() + ahead.get();
    }

    @Override
    public Instant now() {
        return real.now().plusNanos(ahead.get());
    }

    @Override
    public void sleep(long nanos) throws InterruptedException {
        real.sleep(nanos);
    }

    @Override
    public Scheduled schedule(Runnable task, long delayNanos) {
        return real.schedule(task, delayNanos);
    }
}
