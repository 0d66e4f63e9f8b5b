package io.netrun.resilience;

import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryEvent;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Publishes events whose failures hold far more than the heap, while a listener blocks; run in a JVM of its own. */
public final class BlockedListener {

    private static final int EVENTS = 2_000;

    private BlockedListener() {}

    public static void main(String[] arguments) throws InterruptedException {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger received = new AtomicInteger();
        Retry retry = Retry.of("r", c -> c.maxAttempts(2).baseDelay(Duration.ZERO));
        retry.on(RetryEvent.Retrying.class, event -> {
            received.incrementAndGet();
            blocked.countDown();
            LimitFixture.awaitUninterruptibly(release);
        });
        Thread first = new Thread(() -> fail(retry));
        first.start();
        blocked.await();
        for (int i = 1; i < EVENTS; i++) {
            fail(retry);
        }
        release.countDown();
        first.join();
        fail(retry);
        System.out.println("first kept " + (received.get() > EventPublisher.MOST_HELD)
                + ", some dropped " + (received.get() <= EVENTS) + ", retries "
                + retry.metrics().totalRetries());
    }

    private static void fail(Retry retry) {
        try {
            retry.run(() -> {
                throw new Large();
            });
        } catch (ResilienceException expected) {
            // It is published.
        }
    }

    private static final class Large extends IllegalStateException {

        private static final long serialVersionUID = 1L;

        @SuppressWarnings("UnusedVariable") // it takes memory
        private final byte[] content = new byte[200_000];
    }
}
