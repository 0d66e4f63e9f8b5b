package io.netrun.resilience.retry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
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
    void nanosShouldGrowAsTheStrategySays(BackoffStrategy strategy, String seconds) {
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
    void nanosWhenCustomShouldBeWhatCodeSaysWithinTheMaximum() {
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
        assertThat(backoff.canOutlast(91 * SECOND, 0, 7)).isTrue();
        assertThat(backoff.canOutlast(91 * SECOND + 1, 0, 7)).isFalse();
        assertThat(backoff.canOutlast(Long.MAX_VALUE, 0, Integer.MAX_VALUE)).isTrue();
    }

    @Test
    void longestWaitsShouldBeTheSumOfAllWaitsWithoutTheirSpread() {
        assertThat(RetryConfig.builder().maxAttempts(8).build().longestWaits()).hasValue(Duration.ofSeconds(91));
        assertThat(RetryConfig.builder().maxAttempts(1).build().longestWaits()).hasValue(Duration.ZERO);
        assertThat(RetryConfig.builder()
                        .maxAttempts(Integer.MAX_VALUE)
                        .maxDelay(Duration.ofDays(9_999))
                        .build()
                        .longestWaits())
                .hasValue(Duration.ofNanos(Long.MAX_VALUE));
        assertThat(RetryConfig.builder()
                        .customBackoff((retry, failure) -> Duration.ZERO)
                        .build()
                        .longestWaits())
                .isEmpty();
    }

    private static Backoff backoff(Consumer<RetryConfig.Builder> settings, double random) {
        RetryConfig.Builder builder = RetryConfig.builder();
        settings.accept(builder);
        return new Backoff(builder.build(), () -> random);
    }
}
