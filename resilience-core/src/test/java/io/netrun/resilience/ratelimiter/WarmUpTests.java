package io.netrun.resilience.ratelimiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Ticker;
import io.netrun.resilience.test.ManualTicker;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a new rate limiter begins: its first tokens, and a rate that rises. */
@Timeout(60)
class WarmUpTests {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration WARM_UP = Duration.ofSeconds(30);

    private final ManualTicker ticker = new ManualTicker();

    private RateLimiter limiter(Consumer<RateLimiterConfig.Builder> settings) {
        RateLimiterConfig.Builder builder = RateLimiterConfig.builder().limit(60);
        settings.accept(builder);
        return RateLimiter.of("test", builder.build(), ticker);
    }

    private void reaches(RateLimiter limiter, double rate) {
        await().untilAsserted(() -> assertThat(limiter.metrics().inForce()).isCloseTo(rate, within(0.01)));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "30, 30", "60, 60", "1000000, 60"})
    void newInstanceShouldHaveItsInitialTokens(int initial, int available) {
        RateLimiter limiter = limiter(c -> c.initialTokens(initial));

        assertThat(limiter.metrics().available()).isEqualTo(available);
        ticker.advance(SECOND);
        assertThat(limiter.metrics().available()).isEqualTo(60);
    }

    @Test
    void limiterThatNobodyRefersToShouldBeCollected() {
        WeakReference<RateLimiter> gone = new WeakReference<>(limiter(c -> c.warmUp(WARM_UP)));
        await().pollInterval(Duration.ofMillis(20)).until(() -> {
            System.gc();
            return gone.refersTo(null);
        });
        ticker.advance(WARM_UP);
    }

    @Test
    void initialTokensShouldNotComeAgainWithAChange() {
        RateLimiter limiter = limiter(c -> c.initialTokens(5));
        limiter.acquirePermit(5);

        limiter.reconfigure(c -> c.toBuilder().limit(30).initialTokens(10).build());

        assertThat(limiter.metrics().available()).isZero();
    }

    @Test
    void valuesOutOfRangeShouldBeRejected() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limiter(c -> c.initialTokens(-1)))
                .withMessage("initialTokens is -1: must be between 0 and 1000000");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limiter(c -> c.warmUp(Duration.ofSeconds(-1))))
                .withMessage("warmUp is PT-1S: must be zero or positive, such as 0s, 500ms or 5s");
    }

    @Test
    void rateAndBurstShouldRiseFromAThirdToTheWhole() {
        RateLimiter limiter = limiter(c -> c.warmUp(WARM_UP));

        assertThat(limiter.metrics().inForce()).isCloseTo(20, within(0.01));
        assertThat(limiter.metrics().available()).isEqualTo(20);
        ticker.advance(WARM_UP.dividedBy(2));
        reaches(limiter, 40);
        ticker.advance(WARM_UP.dividedBy(2));
        reaches(limiter, 60);
        ticker.advance(SECOND);
        assertThat(limiter.metrics().available()).isEqualTo(60);
        assertThat(limiter.metrics().limit()).isEqualTo(60);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 19, 1_000_003, 30_000_000_011L, 3_000_000_000_000_000_001L})
    void warmUpOfAnyTimeShouldEnd(long nanos) {
        RateLimiter limiter = limiter(c -> c.warmUp(Duration.ofNanos(nanos)));

        for (int step = 1; step <= 20; step++) {
            ticker.advance(Duration.ofNanos((nanos - 1) / 20 + 1));
            reaches(limiter, 20 + 2.0 * step);
        }
    }

    @Test
    void rateShouldStayWholeAfterAQuietTime() {
        RateLimiter limiter = limiter(c -> c.warmUp(WARM_UP));
        ticker.advance(WARM_UP);
        reaches(limiter, 60);

        ticker.advance(Duration.ofDays(1));

        assertThat(limiter.metrics().inForce()).isEqualTo(60);
        assertThat(limiter.metrics().available()).isEqualTo(60);
    }

    @Test
    void initialTokensShouldBeBoundedByTheBurstInForce() {
        assertThat(limiter(c -> c.warmUp(WARM_UP).initialTokens(30)).metrics().available())
                .isEqualTo(20);
        assertThat(limiter(c -> c.warmUp(WARM_UP).initialTokens(3)).metrics().available())
                .isEqualTo(3);
    }

    @Test
    void waiterShouldBeginSoonerAsTheRateRises() {
        RateLimiter limiter = limiter(c -> c.limit(1)
                .period(Duration.ofSeconds(60))
                .initialTokens(0)
                .warmUp(WARM_UP)
                .maxWait(Duration.ofMinutes(5)));
        CompletableFuture<String> waits = limiter.callAsync(() -> CompletableFuture.completedFuture("ok"));

        ticker.advance(WARM_UP);
        reaches(limiter, 1);
        assertThat(waits).isNotDone();
        ticker.advance(Duration.ofSeconds(51)); // three minutes at the first rate

        await().untilAsserted(() -> assertThat(waits).isCompletedWithValue("ok"));
    }

    @Test
    void warmUpShouldWorkWithinALoweredRate() {
        RateLimiter limiter = limiter(c -> c.warmUp(WARM_UP));

        limiter.limitTo(30);
        assertThat(limiter.metrics().inForce()).isCloseTo(10, within(0.01));
        ticker.advance(WARM_UP);
        reaches(limiter, 30);
        limiter.limitTo(Double.POSITIVE_INFINITY);
        assertThat(limiter.metrics().inForce()).isEqualTo(60);
    }

    @Test
    void warmUpWhenRemovedShouldEndAtOnce() {
        RateLimiter limiter = limiter(c -> c.warmUp(WARM_UP));

        limiter.reconfigure(c -> c.toBuilder().warmUp(Duration.ZERO).build());

        assertThat(limiter.metrics().inForce()).isEqualTo(60);
    }

    @Test
    void warmUpOfAnOldInstanceShouldNotBegin() {
        RateLimiter limiter = limiter(c -> {});
        ticker.advance(WARM_UP);

        limiter.reconfigure(c -> c.toBuilder().warmUp(WARM_UP).build());

        assertThat(limiter.metrics().inForce()).isEqualTo(60);
    }

    @Test
    void rejectionDuringTheWarmUpShouldSayTheRateInForce() {
        RateLimiter limiter = limiter(c -> c.warmUp(WARM_UP).initialTokens(0));

        assertThatThrownBy(() -> limiter.run(() -> {}))
                .isInstanceOf(RateLimitExceededException.class)
                .hasMessageStartingWith("RateLimiter 'test' exceeded 20 of 60 calls per 1s");
    }

    /** A ticker that counts timers, and may throw instead. */
    private static final class CountingTicker implements Ticker {

        private final AtomicInteger timers = new AtomicInteger();
        private boolean refuses;

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }

        @Override
        public void sleep(long nanos) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Scheduled schedule(Runnable task, long nanos) {
            if (refuses) {
                throw new IllegalStateException("no timer");
            }
            timers.incrementAndGet();
            return timers::decrementAndGet;
        }
    }

    @Test
    void shutdownShouldLeaveNoTimer() {
        CountingTicker counting = new CountingTicker();
        RateLimiterConfig config = RateLimiterConfig.builder().warmUp(WARM_UP).build();
        RateLimiter limiter = RateLimiter.of("test", config, counting);
        assertThat(counting.timers).hasValue(1);

        limiter.reconfigure(c -> c.toBuilder().limit(70).build());
        assertThat(counting.timers).hasValue(1);
        limiter.shutdown();

        assertThat(counting.timers).hasValue(0);
        assertThat(RateLimiter.of("plain").metrics().inForce()).isEqualTo(50);
    }

    @Test
    void instanceWithoutATimerShouldBeginWithTheWholeRate() {
        CountingTicker counting = new CountingTicker();
        counting.refuses = true;
        RateLimiterConfig config = RateLimiterConfig.builder().warmUp(WARM_UP).build();

        assertThat(RateLimiter.of("test", config, counting).metrics().inForce()).isEqualTo(50);
    }
}
