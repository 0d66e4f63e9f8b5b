package io.netrun.resilience.ratelimiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.CallInterruptedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads that come, wait, leave and change settings at once: nothing is lost and nobody hangs. */
@Timeout(180)
class ReservationStormTests {

    private static final int THREADS = 6;
    private static final int CALLS = 1_500;
    private static final long NANOS_PER_TOKEN = 50_000;

    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong rejected = new AtomicLong();
    private final AtomicLong left = new AtomicLong();

    @Test
    void stormShouldLoseNoTokenAndKeepTheRate() throws Exception {
        storm(false);
    }

    @Test
    void stormOfChangesShouldLoseNoTokenAndNoCall() throws Exception {
        storm(true);
    }

    private void storm(boolean changing) throws Exception {
        RateLimiterConfig config = RateLimiterConfig.builder()
                .limit(1)
                .period(Duration.ofNanos(NANOS_PER_TOKEN))
                .burst(5)
                .maxWait(Duration.ofMillis(2))
                .build();
        RateLimiter limiter = RateLimiter.of("test", config);
        long since = System.nanoTime();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<?>> callers = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int seed = i;
            callers.add(threads.submit(() -> call(limiter, new Random(seed))));
        }
        Random random = new Random(THREADS);
        while (changing && !callers.stream().allMatch(Future::isDone)) {
            int factor = 1 + random.nextInt(4);
            limiter.reconfigure(c -> c.toBuilder()
                    .period(Duration.ofNanos(NANOS_PER_TOKEN * factor))
                    .burst(factor)
                    .build());
            if (random.nextInt(8) == 0) {
                limiter.setEnabled(false);
                limiter.setEnabled(true);
            }
        }
        for (Future<?> caller : callers) {
            caller.get();
        }
        threads.shutdown();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> accepted.get() + rejected.get() + left.get() == THREADS * CALLS);
        long elapsed = System.nanoTime() - since;
        assertThat(limiter.metrics().waiting()).isZero();
        assertThat(limiter.metrics().totalAccepted()).isEqualTo(accepted.get());
        assertThat(limiter.metrics().totalRejected()).isEqualTo(rejected.get());
        if (!changing) {
            assertThat(accepted.get()).isLessThanOrEqualTo(5 + elapsed / NANOS_PER_TOKEN);
        }
        limiter.reconfigure(c -> config);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> limiter.metrics().available() == limiter.config().capacity()
                        || limiter.metrics().available() > 0 && changing);
        limiter.run(() -> {});
    }

    private void call(RateLimiter limiter, Random random) {
        for (int i = 0; i < CALLS; i++) {
            if (random.nextBoolean()) {
                sync(limiter, random);
            } else {
                async(limiter, random);
            }
        }
    }

    private void sync(RateLimiter limiter, Random random) {
        if (random.nextInt(4) == 0) {
            Thread.currentThread().interrupt();
        }
        try {
            limiter.run(accepted::incrementAndGet);
        } catch (RateLimitExceededException tooLate) {
            rejected.incrementAndGet();
        } catch (CallInterruptedException interrupted) {
            left.incrementAndGet();
        }
        Thread.interrupted();
    }

    private void async(RateLimiter limiter, Random random) {
        AtomicInteger runs = new AtomicInteger();
        CompletableFuture<Integer> call =
                limiter.callAsync(() -> CompletableFuture.completedFuture(runs.incrementAndGet()));
        if (random.nextBoolean()) {
            call.cancel(true);
        }
        call.handle((result, failure) -> {
            if (failure instanceof RateLimitExceededException) {
                rejected.incrementAndGet();
            } else if (runs.get() > 0) {
                accepted.incrementAndGet();
            } else {
                left.incrementAndGet();
            }
            return null;
        });
    }
}
