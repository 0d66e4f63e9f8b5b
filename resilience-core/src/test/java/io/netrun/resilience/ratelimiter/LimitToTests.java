package io.netrun.resilience.ratelimiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A rate that is lowered below the configured one. */
@Timeout(60)
class LimitToTests {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTicker ticker = new ManualTicker();

    @ParameterizedTest
    @CsvSource({"100, 100", "50, 50", "2.5, 25", "0.5, 5", "0.1, 1"})
    void loweredRateShouldAdmitThatManyCallsOverTime(double callsPerPeriod, int expected) {
        RateLimiter limiter = limiter(c -> c.limit(100).burst(1));
        limiter.limitTo(callsPerPeriod);
        assertThat(limiter.tryAcquirePermit()).isPresent();
        int admitted = 0;
        int seconds = callsPerPeriod < 10 ? 10 : 1;
        for (int i = 0; i < seconds * 1_000; i++) {
            ticker.advance(Duration.ofMillis(1));
            admitted += limiter.tryAcquirePermit().isPresent() ? 1 : 0;
        }
        assertThat(admitted).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"50, 10", "5, 1", "0, 1", "250, 20"})
    void burstShouldBeLoweredInProportionToOneAtLeast(double callsPerPeriod, int burst) {
        RateLimiter limiter = limiter(c -> c.limit(100).burst(20));
        limiter.limitTo(callsPerPeriod);
        assertThat(limiter.metrics().available()).isEqualTo(burst);
    }

    @Test
    void figuresShouldBeTheConfiguredOnesAndWhatIsInForce() {
        RateLimiter limiter = limiter(c -> c.limit(100));
        limiter.limitTo(2.5);
        assertThat(limiter.metrics().limit()).isEqualTo(100);
        assertThat(limiter.metrics().period()).isEqualTo(SECOND);
        assertThat(limiter.metrics().inForce()).isEqualTo(2.5);
        assertThat(limiter.config().limit()).isEqualTo(100);
        limiter.acquirePermit();
        limiter.acquirePermit();
        assertThatThrownBy(limiter::acquirePermit)
                .hasMessage("RateLimiter 'test' exceeded 2.5 of 100 calls per 1s; retry after 400ms");
    }

    @Test
    void partOfACallPerPeriodShouldBeShownInThousandths() {
        RateLimiter limiter = limiter(c -> c.limit(100));
        limiter.limitTo(100.0 / 3);
        assertThat(limiter.metrics().inForce()).isEqualTo(33.333);
        for (int i = 0; i < 33; i++) {
            limiter.acquirePermit();
        }
        assertThatThrownBy(limiter::acquirePermit)
                .hasMessageStartingWith("RateLimiter 'test' exceeded 33.333 of 100 calls per 1s; retry after ");
    }

    @Test
    void rateOfZeroShouldReportAShortTimeToRetryAfter() {
        RateLimiter limiter = limiter(c -> c.limit(100));
        limiter.limitTo(0);
        limiter.acquirePermit();
        RateLimitExceededException rejected =
                catchThrowableOfType(RateLimitExceededException.class, limiter::acquirePermit);
        assertThat(rejected.retryAfter()).contains(SECOND);
        ticker.advance(Duration.ofSeconds(999));
        assertThat(limiter.tryAcquirePermit()).isEmpty();
        ticker.advance(SECOND);
        assertThat(limiter.tryAcquirePermit()).isPresent();
    }

    @Test
    void waitersShouldGetTheirTokensAtTheRateInForce() {
        RateLimiter limiter = limiter(c -> c.limit(10).burst(1).maxWait(Duration.ofMinutes(10)));
        limiter.limitTo(1);
        limiter.acquirePermit();
        List<Integer> begun = new CopyOnWriteArrayList<>();
        List<CompletableFuture<Void>> calls = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            int number = i;
            calls.add(limiter.callAsync(() -> {
                begun.add(number);
                return CompletableFuture.completedFuture(null);
            }));
        }
        ticker.advance(SECOND);
        await().atMost(SOON).untilAsserted(() -> assertThat(begun).containsExactly(0));
        limiter.limitTo(Double.POSITIVE_INFINITY);
        for (int due = 1; due <= 3; due++) {
            ticker.advance(Duration.ofMillis(100));
            int last = due;
            await().atMost(SOON).untilAsserted(() -> assertThat(begun).hasSize(last + 1));
        }
        limiter.limitTo(0.5);
        ticker.advance(Duration.ofMillis(1_999));
        assertThat(limiter.metrics().waiting()).isEqualTo(2);
        ticker.advance(Duration.ofMillis(1));
        await().atMost(SOON).untilAsserted(() -> assertThat(begun).hasSize(5));
        ticker.advance(Duration.ofSeconds(2));
        await().atMost(SOON).untilAsserted(() -> assertThat(begun).containsExactly(0, 1, 2, 3, 4, 5));
        assertThat(limiter.metrics().waiting()).isZero();
        assertThat(calls).hasSize(6);
    }

    @Test
    void changedSettingsShouldKeepTheLowering() {
        RateLimiter limiter = limiter(c -> c.limit(100));
        limiter.limitTo(20);
        limiter.reconfigure(c -> c.toBuilder().limit(50).build());
        assertThat(limiter.metrics().inForce()).isEqualTo(20);
        limiter.reconfigure(c -> c.toBuilder().limit(10).build());
        assertThat(limiter.metrics().inForce()).isEqualTo(10);
        limiter.reconfigure(c -> c.toBuilder().limit(50).build());
        limiter.limitTo(Double.POSITIVE_INFINITY);
        assertThat(limiter.metrics().inForce()).isEqualTo(50);
    }

    @Test
    void disabledLimiterShouldAdmitAllCallsWhateverItIsLoweredTo() {
        RateLimiter limiter = limiter(c -> c.limit(10));
        limiter.setEnabled(false);
        limiter.limitTo(0);
        for (int i = 0; i < 100; i++) {
            limiter.acquirePermit();
        }
        limiter.setEnabled(true);
        limiter.acquirePermit();
        assertThat(limiter.tryAcquirePermit()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1e-300, 0.001, 0.3, 1, 7.7, 999_999})
    void anyRateShouldBeValidWithAnySettings(double callsPerPeriod) {
        for (RateLimiterConfig config : List.of(
                RateLimiterConfig.builder().limit(1_000_000).build(),
                RateLimiterConfig.builder()
                        .limit(1)
                        .period(Duration.ofDays(50_000))
                        .build(),
                RateLimiterConfig.builder()
                        .limit(1)
                        .period(Duration.ofSeconds(4_600))
                        .burst(1_000_000)
                        .build())) {
            RateLimiter limiter = RateLimiter.of("test", config, ticker);
            limiter.limitTo(callsPerPeriod);
            assertThat(limiter.metrics().inForce()).isBetween(0.0, (double) config.limit());
            assertThat(limiter.metrics().available()).isPositive();
            limiter.acquirePermit();
            limiter.limitTo(Double.POSITIVE_INFINITY);
            assertThat(limiter.metrics().inForce()).isEqualTo(config.limit());
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, Double.NaN})
    void invalidRateShouldBeAnError(double callsPerPeriod) {
        assertThatThrownBy(() -> limiter(c -> {}).limitTo(callsPerPeriod))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("callsPerPeriod is " + callsPerPeriod + ": must be zero or more");
    }

    private RateLimiter limiter(Consumer<RateLimiterConfig.Builder> settings) {
        RateLimiterConfig.Builder builder = RateLimiterConfig.builder();
        settings.accept(builder);
        return RateLimiter.of("test", builder.build(), ticker);
    }
}
