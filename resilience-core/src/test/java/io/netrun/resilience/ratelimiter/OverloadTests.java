package io.netrun.resilience.ratelimiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.CallInterruptedException;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Twice as many calls as are admitted, by callers who leave long before the longest wait is over. */
@Timeout(120)
class OverloadTests {

    private static final int SECONDS = 4;
    private static final Duration PATIENCE = Duration.ofMillis(300);

    private final ManualTicker ticker = new ManualTicker();
    private final AtomicIntegerArray begun = new AtomicIntegerArray(SECONDS);
    private final AtomicInteger left = new AtomicInteger();
    private volatile int second;
    private int arrivals;

    @Test
    void asyncCallsShouldBeginAtTheRateAlthoughCallersLeave() {
        RateLimiter limiter = limiter(500, ticker);
        Deque<AsyncCall> calls = new ArrayDeque<>();
        run(limiter, Duration.ofMillis(1), () -> calls.add(new AsyncCall(limiter)), () -> {
            if (calls.remove().leavesBeforeItBegins()) {
                left.incrementAndGet();
            }
        });
        assertRate(500);
        assertThat(left).hasPositiveValue();
    }

    @Test
    void syncCallsShouldBeginAtTheRateAlthoughCallersLeave() {
        RateLimiter limiter = limiter(100, new StandingTicker(ticker));
        ExecutorService threads = Executors.newCachedThreadPool();
        Deque<Future<?>> calls = new ArrayDeque<>();
        run(
                limiter,
                Duration.ofMillis(5),
                () -> calls.add(threads.submit(() -> {
                    try {
                        limiter.run(() -> begun.incrementAndGet(second));
                    } catch (CallInterruptedException interrupted) {
                        left.incrementAndGet();
                    }
                })),
                () -> calls.remove().cancel(true));
        threads.shutdownNow();
        assertRate(100);
        assertThat(left).hasPositiveValue();
    }

    private final class AsyncCall {

        private final AtomicBoolean hasBegun = new AtomicBoolean();
        private final CompletableFuture<String> future;

        AsyncCall(RateLimiter limiter) {
            future = limiter.callAsync(() -> {
                hasBegun.set(true);
                begun.incrementAndGet(second);
                return CompletableFuture.completedFuture("result");
            });
        }

        boolean leavesBeforeItBegins() {
            future.cancel(true);
            return !hasBegun.get();
        }
    }

    /** A call in each step, of which there are two for each token. */
    private void run(RateLimiter limiter, Duration step, Runnable arrival, Runnable leaving) {
        long steps = Duration.ofSeconds(SECONDS).dividedBy(step);
        long patience = PATIENCE.dividedBy(step);
        for (int i = 0; i < steps; i++) {
            second = (int) (i * SECONDS / steps);
            if (i >= patience) {
                leaving.run();
                awaitCalm(limiter);
            }
            arrivals++;
            arrival.run();
            awaitCalm(limiter);
            ticker.advance(step);
            limiter.queue().drainAndAwait();
            awaitCalm(limiter);
        }
    }

    /** Every call has begun, or waits, or has left. */
    private void awaitCalm(RateLimiter limiter) {
        if (isCalm(limiter)) {
            return;
        }
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofNanos(100_000))
                .atMost(Duration.ofSeconds(30))
                .until(() -> isCalm(limiter));
    }

    private boolean isCalm(RateLimiter limiter) {
        RateLimiterMetrics metrics = limiter.metrics();
        return metrics.waiting() + metrics.totalAccepted() + left.get() == arrivals
                && begunCalls() == metrics.totalAccepted();
    }

    private int begunCalls() {
        int calls = 0;
        for (int i = 0; i < SECONDS; i++) {
            calls += begun.get(i);
        }
        return calls;
    }

    private void assertRate(int rate) {
        for (int i = 0; i < SECONDS; i++) {
            assertThat(begun.get(i)).as("second %s", i).isBetween(rate - 1, rate + 1);
        }
    }

    private static RateLimiter limiter(int limit, Ticker ticker) {
        RateLimiterConfig config = RateLimiterConfig.builder()
                .limit(limit)
                .burst(1)
                .maxWait(Duration.ofSeconds(2))
                .build();
        return RateLimiter.of("test", config, ticker);
    }
}
