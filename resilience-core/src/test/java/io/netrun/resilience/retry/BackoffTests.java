package io.netrun.resilience.retry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class BackoffTests {

    private static final long SECOND = 1_000_000_000L;
    private static final Throwable FAILURE = new IOException();

    @ParameterizedTest
    @CsvSource({"NONE, 0.0, 4.0", "FULL, 0.0, 0.0", "FULL, 0.5, 2.0", "EQUAL, 0.0, 2.0", "EQUAL, 0.5, 3.0"})
    void nanosShouldSpreadTheComputedWait(Jitter jitter, double random, double seconds) {
        assertThat(backoff(c -> c.jitter(jitter), random).nanos(2, 0, FAILURE)).isEqualTo((long) (seconds * SECOND));
    }

    @Test
    void nanosWhenDecorrelatedShouldGrowFromTheWaitBefore() {
        assertThat(backoff(c -> c.jitter(Jitter.DECORRELATED), 0.5).nanos(1, 4 * SECOND, FAILURE))
                .isEqualTo((long) (6.5 * SECOND));
    }

    @Test
    void nanosWhenRetryNumberIsHugeShouldBeMaxDelay() {
        assertThat(backoff(c -> c.jitter(false), 0).nanos(Integer.MAX_VALUE, 0, FAILURE))
                .isEqualTo(30 * SECOND);
    }

    @Test
    void nanosWhenDurationsAreHugeShouldNotOverflow() {
        Duration huge = Duration.ofSeconds(Long.MAX_VALUE);
        assertThat(backoff(c -> c.baseDelay(huge).maxDelay(huge).jitter(false), 0)
                        .nanos(5, 0, FAILURE))
                .isEqualTo(Long.MAX_VALUE / 2 + 1);
    }

    @Property
    void nanosShouldStayWithinZeroAndMaxDelay(
            @ForAll Jitter jitter,
            @ForAll @IntRange(min = 0) int retry,
            @ForAll @IntRange(min = 0, max = 60) int previousSeconds,
            @ForAll @DoubleRange(min = 0.0, max = 1.0, maxIncluded = false) double random) {
        assertThat(backoff(c -> c.jitter(jitter), random).nanos(retry, previousSeconds * SECOND, FAILURE))
                .isBetween(0L, 30 * SECOND);
    }

    @ParameterizedTest
    @CsvSource({
        "EXPONENTIAL, 1 2 4 8 16 30 30",
        "LINEAR, 1 2 3 4 5 6 7 8",
        "FIBONACCI, 1 1 2 3 5 8 13 21 30",
        "CONSTANT, 1 1 1 1"
    })
    void nanosShouldGrowByTheStrategy(BackoffStrategy strategy, String seconds) {
        Backoff backoff = backoff(c -> c.backoff(strategy).jitter(false), 0);
        int retry = 0;
        for (String each : seconds.split(" ")) {
            assertThat(backoff.nanos(retry++, 0, FAILURE)).isEqualTo(Long.parseLong(each) * SECOND);
        }
    }

    @ParameterizedTest
    @EnumSource
    void nanosWhenRetryNumberIsHugeShouldNotExceedMaxDelay(BackoffStrategy strategy) {
        assertThat(backoff(c -> c.backoff(strategy).jitter(false), 0).nanos(Integer.MAX_VALUE, 0, FAILURE))
                .isBetween(SECOND, 30 * SECOND);
    }

    @Test
    void nanosWhenCustomShouldStayWithinTheMaximum() {
        Backoff backoff = backoff(
                c -> c.jitter(false)
                        .customBackoff(
                                (retry, failure) -> Duration.ofSeconds(failure == FAILURE ? 10L * retry - 10 : 99)),
                0);
        assertThat(backoff.nanos(0, 0, FAILURE)).isZero();
        assertThat(backoff.nanos(2, 0, FAILURE)).isEqualTo(10 * SECOND);
        assertThat(backoff.nanos(9, 0, FAILURE)).isEqualTo(30 * SECOND);
    }

    @Test
    void nanosWhenCustomCodeFailsShouldBeAsConfigured() {
        Backoff backoff = backoff(
                c -> c.jitter(false).customBackoff((retry, failure) -> {
                    throw new IllegalStateException("custom");
                }),
                0);
        assertThat(backoff.nanos(2, 0, FAILURE)).isEqualTo(4 * SECOND);
    }

    @Test
    void canOutlastShouldCompareTheSumOfTheWaits() {
        Backoff backoff = backoff(c -> c.jitter(false), 0);
        assertThat(backoff.canReach(91 * SECOND, 0, 7)).isTrue();
        assertThat(backoff.canReach(91 * SECOND + 1, 0, 7)).isFalse();
        assertThat(backoff.canReach(Long.MAX_VALUE, 0, Integer.MAX_VALUE)).isTrue();
    }

    @Test
    void longestWaitsShouldBeTheSumOfAllWaitsWithoutTheirSpread() {
        assertThat(RetryConfig.builder().maxAttempts(8).build().maxTotalDelay()).hasValue(Duration.ofSeconds(91));
        assertThat(RetryConfig.builder().maxAttempts(1).build().maxTotalDelay()).hasValue(Duration.ZERO);
        assertThat(RetryConfig.builder()
                        .maxAttempts(Integer.MAX_VALUE)
                        .maxDelay(Duration.ofDays(9_999))
                        .build()
                        .maxTotalDelay())
                .hasValue(Duration.ofNanos(Long.MAX_VALUE));
        assertThat(RetryConfig.builder()
                        .customBackoff((retry, failure) -> Duration.ZERO)
                        .build()
                        .maxTotalDelay())
                .isEmpty();
    }

    @Test
    void longestWaitsWhenDecorrelatedShouldTripleUpToTheMaximum() {
        assertThat(decorrelated(c -> c.baseDelay(Duration.ofMillis(10)).maxAttempts(3)))
                .hasValue(Duration.ofMillis(120));
        assertThat(decorrelated(c -> c.baseDelay(Duration.ofSeconds(1)).maxAttempts(6)))
                .hasValue(Duration.ofSeconds(3 + 9 + 27 + 30 + 30));
        assertThat(decorrelated(c -> c.baseDelay(Duration.ZERO).maxAttempts(3))).hasValue(Duration.ZERO);
        assertThat(decorrelated(c -> c.baseDelay(Duration.ZERO).maxAttempts(Integer.MAX_VALUE)))
                .hasValue(Duration.ZERO);
    }

    @Test
    void longestWaitsOfManyConstantDelaysShouldBeTheirSum() {
        assertThat(RetryConfig.builder()
                        .backoff(BackoffStrategy.CONSTANT)
                        .baseDelay(Duration.ofMillis(1))
                        .maxAttempts(20_001)
                        .build()
                        .maxTotalDelay())
                .hasValue(Duration.ofSeconds(20));
    }

    @Test
    void canOutlastShouldGoByTheLongestPossibleWaits() {
        Backoff decorrelated = backoff(c -> c.jitter(Jitter.DECORRELATED).baseDelay(Duration.ofMillis(10)), 0);
        assertThat(decorrelated.canReach(120_000_000, 0, 2)).isTrue();
        assertThat(decorrelated.canReach(120_000_001, 0, 2)).isFalse();
        assertThat(decorrelated.canReach(1, 2, 2)).isFalse();
        Backoff none = backoff(c -> c.jitter(Jitter.DECORRELATED).baseDelay(Duration.ZERO), 0);
        assertThat(none.canReach(1, 0, Integer.MAX_VALUE)).isFalse();
        Backoff constant = backoff(c -> c.backoff(BackoffStrategy.CONSTANT).baseDelay(Duration.ofMillis(1)), 0);
        assertThat(constant.canReach(20 * SECOND, 0, 20_000)).isTrue();
        assertThat(constant.canReach(20 * SECOND + 1, 0, 20_000)).isFalse();
        Backoff custom = backoff(c -> c.customBackoff((retry, failure) -> Duration.ZERO), 0);
        assertThat(custom.canReach(60 * SECOND, 0, 2)).isTrue();
        assertThat(custom.canReach(60 * SECOND + 1, 0, 2)).isFalse();
    }

    @Property
    void waitsTogetherShouldBeNoLongerThanTheLongest(
            @ForAll Jitter jitter,
            @ForAll BackoffStrategy strategy,
            @ForAll @IntRange(min = 0, max = 3_000) int baseMillis,
            @ForAll @IntRange(min = 1, max = 12) int attempts,
            @ForAll @DoubleRange(min = 0.0, max = 1.0, maxIncluded = false) double random) {
        RetryConfig config = RetryConfig.builder()
                .jitter(jitter)
                .backoff(strategy)
                .baseDelay(Duration.ofMillis(baseMillis))
                .maxAttempts(attempts)
                .build();
        Backoff backoff = new Backoff(config, () -> random);
        long sum = 0;
        long previous = 0;
        for (int retry = 0; retry < attempts - 1; retry++) {
            previous = backoff.nanos(retry, previous, FAILURE);
            sum += previous;
        }
        assertThat(Duration.ofNanos(sum))
                .isLessThanOrEqualTo(config.maxTotalDelay().orElseThrow());
    }

    @Test
    void nanosWhenDecorrelatedShouldGrowFromACustomDelay() {
        Backoff backoff = backoff(
                c -> c.jitter(Jitter.DECORRELATED).customBackoff((retry, failure) -> Duration.ofMillis(100)), 0.5);
        assertThat(backoff.nanos(0, 0, FAILURE)).isEqualTo(200_000_000);
        assertThat(backoff.nanos(1, 200_000_000, FAILURE)).isEqualTo(350_000_000);
        Backoff shortest = backoff(
                c -> c.jitter(Jitter.DECORRELATED).customBackoff((retry, failure) -> Duration.ofMillis(100)), 0);
        assertThat(shortest.nanos(3, 20 * SECOND, FAILURE)).isEqualTo(100_000_000);
    }

    private static Optional<Duration> decorrelated(Consumer<RetryConfig.Builder> settings) {
        RetryConfig.Builder builder = RetryConfig.builder().jitter(Jitter.DECORRELATED);
        settings.accept(builder);
        return builder.build().maxTotalDelay();
    }

    private static Backoff backoff(Consumer<RetryConfig.Builder> settings, double random) {
        RetryConfig.Builder builder = RetryConfig.builder();
        settings.accept(builder);
        return new Backoff(builder.build(), () -> random);
    }
}
