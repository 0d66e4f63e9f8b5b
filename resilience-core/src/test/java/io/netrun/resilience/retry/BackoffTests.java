package io.netrun.resilience.retry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTests {

    private static final long SECOND = 1_000_000_000L;

    @ParameterizedTest
    @CsvSource({"NONE, 0.0, 4.0", "FULL, 0.0, 0.0", "FULL, 0.5, 2.0", "EQUAL, 0.0, 2.0", "EQUAL, 0.5, 3.0"})
    void nanosShouldSpreadTheComputedWait(Jitter jitter, double random, double seconds) {
        assertThat(backoff(c -> c.jitter(jitter), random).nanos(2, 0)).isEqualTo((long) (seconds * SECOND));
    }

    @Test
    void nanosWhenDecorrelatedShouldGrowFromTheWaitBefore() {
        assertThat(backoff(c -> c.jitter(Jitter.DECORRELATED), 0.5).nanos(1, 4 * SECOND))
                .isEqualTo((long) (6.5 * SECOND));
    }

    @Test
    void nanosWhenRetryNumberIsHugeShouldBeMaxDelay() {
        assertThat(backoff(c -> c.jitter(false), 0).nanos(Integer.MAX_VALUE, 0)).isEqualTo(30 * SECOND);
    }

    @Test
    void nanosWhenDurationsAreHugeShouldNotOverflow() {
        Duration huge = Duration.ofSeconds(Long.MAX_VALUE);
        assertThat(backoff(c -> c.baseDelay(huge).maxDelay(huge).jitter(false), 0)
                        .nanos(5, 0))
                .isEqualTo(Long.MAX_VALUE / 2 + 1);
    }

    @Property
    void nanosShouldStayWithinZeroAndMaxDelay(
            @ForAll Jitter jitter,
            @ForAll @IntRange(min = 0) int retry,
            @ForAll @IntRange(min = 0, max = 60) int previousSeconds,
            @ForAll @DoubleRange(min = 0.0, max = 1.0, maxIncluded = false) double random) {
        assertThat(backoff(c -> c.jitter(jitter), random).nanos(retry, previousSeconds * SECOND))
                .isBetween(0L, 30 * SECOND);
    }

    @Test
    void longestNanosShouldBeTheSumOfTheWaits() {
        assertThat(backoff(c -> c.jitter(false), 0).longestNanos(0, 7)).isEqualTo(91.0 * SECOND);
    }

    private static Backoff backoff(Consumer<RetryConfig.Builder> settings, double random) {
        RetryConfig.Builder builder = RetryConfig.builder();
        settings.accept(builder);
        return new Backoff(builder.build(), () -> random);
    }
}
