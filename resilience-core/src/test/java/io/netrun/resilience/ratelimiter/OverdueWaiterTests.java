package io.netrun.resilience.ratelimiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.RelayTicker;
import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Calls that arrive while a waiter is long overdue, and another thread is about to grant its tokens. */
@org.junit.jupiter.api.Timeout(60)
class OverdueWaiterTests {

    private static final int BURST = 6;
    private static final int CALLS = 60;

    private final ManualTicker time = new ManualTicker();
    private final CountDownLatch granting = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);

    /** Its clock holds up the first thread that serves the waiters, once it is armed. */
    private final class HoldingTicker extends RelayTicker {

        private volatile boolean armed;

        HoldingTicker() {
            super(new StandingTicker(time));
        }

        @Override
        public long nanoTime() {
            if (armed && isServing()) {
                armed = false;
                granting.countDown();
                try {
                    go.await();
                } catch (InterruptedException interrupt) {
                    throw new AssertionError(interrupt);
                }
            }
            return super.nanoTime();
        }

        private static boolean isServing() {
            return StackWalker.getInstance()
                    .walk(frames ->
                            frames.anyMatch(frame -> frame.getMethodName().startsWith("drain")));
        }
    }

    @Test
    void callsShouldNotBeginBeyondTheBurst() throws Exception {
        HoldingTicker ticker = new HoldingTicker();
        RateLimiter limiter = RateLimiter.of(
                "r",
                RateLimiterConfig.builder()
                        .limit(4)
                        .period(Duration.ofSeconds(1))
                        .burst(BURST)
                        .initialTokens(0)
                        .maxWait(Duration.ofHours(1))
                        .build(),
                ticker);
        Thread waiter = new Thread(limiter::acquirePermit);
        waiter.start();
        await().until(() -> time.scheduledCount() > 0);
        ticker.armed = true;
        time.advance(Duration.ofSeconds(100));
        granting.await();

        AtomicInteger begun = new AtomicInteger();
        Thread callers = new Thread(() -> {
            for (int call = 0; call < CALLS; call++) {
                limiter.callAsync(() -> CompletableFuture.completedFuture(begun.incrementAndGet()));
            }
        });
        callers.start();
        await().until(() -> callers.getState() == Thread.State.TIMED_WAITING || !callers.isAlive());
        go.countDown();
        callers.join();
        waiter.join();
        await().until(() -> begun.get() + limiter.metrics().waiting() == CALLS);
        assertThat(begun.get()).isLessThanOrEqualTo(BURST);
    }
}
