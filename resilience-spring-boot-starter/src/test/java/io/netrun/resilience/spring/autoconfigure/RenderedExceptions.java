package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.CheckedRunnable;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/** The exceptions of the library, each as a log shows it, from policies for which no time passes. */
final class RenderedExceptions {

    private static final String NAME = "payments";

    private RenderedExceptions() {}

    /** By the name that the page has for each. */
    static Map<String, Supplier<String>> all() {
        Map<String, Supplier<String>> all = new LinkedHashMap<>();
        all.put("circuit-open", RenderedExceptions::circuitOpen);
        all.put("circuit-half-open", RenderedExceptions::circuitHalfOpen);
        all.put("circuit-forced-open", RenderedExceptions::circuitForcedOpen);
        all.put("bulkhead-full", () -> bulkheadFull(null));
        all.put("bulkhead-waited", () -> bulkheadFull(Duration.ofMillis(20)));
        all.put("rate-limit", RenderedExceptions::rateLimit);
        all.put("timeout", () -> thrown(() -> hang(timeout(100))));
        all.put("abandoned-calls", RenderedExceptions::abandonedCalls);
        all.put("retry-exhausted", RenderedExceptions::retryExhausted);
        return all;
    }

    private static String circuitOpen() {
        CircuitBreakerConfig config =
                CircuitBreakerConfig.builder().failureThreshold(1).build();
        CircuitBreaker breaker = CircuitBreaker.of(NAME, config, new StandingTicker());
        breaker.acquirePermit().onFailure(new ConnectException());
        return thrown(() -> breaker.call(() -> "paid"));
    }

    private static String circuitHalfOpen() {
        StandingTicker ticker = new StandingTicker();
        CircuitBreakerConfig config = CircuitBreakerConfig.builder()
                .failureThreshold(1)
                .halfOpenMaxCalls(1)
                .build();
        CircuitBreaker breaker = CircuitBreaker.of(NAME, config, ticker);
        breaker.acquirePermit().onFailure(new ConnectException());
        ticker.turn(Duration.ofMinutes(2));
        breaker.acquirePermit();
        return thrown(() -> breaker.call(() -> "paid"));
    }

    private static String circuitForcedOpen() {
        CircuitBreaker breaker = CircuitBreaker.of(NAME);
        breaker.forceOpen();
        return thrown(() -> breaker.call(() -> "paid"));
    }

    private static String bulkheadFull(Duration maxWait) {
        BulkheadConfig.Builder config =
                BulkheadConfig.builder().maxConcurrent(2).maxQueue(0);
        Bulkhead bulkhead = Bulkhead.of(
                NAME,
                (maxWait == null ? config : config.maxQueue(5).maxWait(maxWait))
                        .pools(io.netrun.resilience.bulkhead.BulkheadPools.SHARED)
                        .build());
        CompletableFuture<String> running = new CompletableFuture<>();
        bulkhead.callAsync(() -> running);
        bulkhead.callAsync(() -> running);
        try {
            return thrown(() -> bulkhead.call(() -> "paid"));
        } finally {
            running.complete("paid");
        }
    }

    private static String rateLimit() {
        RateLimiterConfig config = RateLimiterConfig.builder()
                .limit(1)
                .period(Duration.ofSeconds(30))
                .build();
        RateLimiter limiter = RateLimiter.of(NAME, config, new StandingTicker());
        limiter.call(() -> "paid");
        return thrown(() -> limiter.call(() -> "paid"));
    }

    private static Timeout timeout(int maxAbandoned) {
        return Timeout.of(NAME, c -> c.duration(Duration.ofMillis(50)).maxAbandoned(maxAbandoned));
    }

    private static void hang(Timeout timeout) throws InterruptedException {
        timeout.call(() -> {
            new CountDownLatch(1).await();
            return "paid";
        });
    }

    private static String abandonedCalls() {
        Timeout timeout = timeout(1);
        CountDownLatch end = new CountDownLatch(1);
        try {
            thrown(() -> timeout.call(() -> {
                while (end.getCount() > 0) {
                    Thread.onSpinWait(); // as a call that ignores the interrupt does
                }
                return "paid";
            }));
            while (timeout.metrics().abandoned() == 0) {
                Thread.onSpinWait(); // the call has a moment to end before it counts
            }
            return thrown(() -> timeout.call(() -> "paid"));
        } finally {
            end.countDown();
        }
    }

    private static String retryExhausted() {
        Retry retry = Retry.of(NAME, c -> c.maxAttempts(3).baseDelay(Duration.ZERO));
        return thrown(() -> retry.call(() -> {
            throw new ConnectException("Connection refused");
        }));
    }

    private static String thrown(CheckedRunnable<?> call) {
        try {
            call.run();
        } catch (Throwable thrown) {
            return thrown.toString();
        }
        throw new AssertionError("nothing was thrown");
    }

    /** Its time passes only when a test advances it. */
    private static final class StandingTicker implements Ticker {

        private final List<Runnable> tasks = new ArrayList<>();
        private long nanos;

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public Instant now() {
            return Instant.EPOCH.plusNanos(nanos);
        }

        @Override
        public void sleep(long duration) {
            nanos += duration;
        }

        @Override
        public Scheduled schedule(Runnable task, long delayNanos) {
            tasks.add(task);
            return () -> tasks.remove(task);
        }

        void turn(Duration forward) {
            nanos += forward.toNanos();
            List.copyOf(tasks).forEach(Runnable::run);
        }
    }
}
