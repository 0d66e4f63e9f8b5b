package io.netrun.resilience.ratelimiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netrun.resilience.LimitScope;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RateLimiterConfigTests {

    static Stream<Arguments> invalid() {
        return Stream.of(
                invalid(c -> c.limit(0), "limit is 0: must be between 1 and 1000000"),
                invalid(c -> c.period(Duration.ZERO), "period is PT0S: must be above zero"),
                invalid(
                        c -> c.limit(1_000).period(Duration.ofNanos(999_999)),
                        "limit is 1000, with a period of PT0.000999999S: must be at most one call per microsecond"),
                invalid(c -> c.burst(0), "burst is 0: must be between 1 and 1000000"),
                invalid(
                        c -> c.limit(1).period(Duration.ofDays(365)).burst(1_000),
                        "burst is 1000, with 1 calls per PT8760H: must be less than what comes together in 146 years"),
                invalid(c -> c.maxWait(Duration.ofSeconds(-1)), "maxWait is PT-1S: must be zero or positive"));
    }

    private static Arguments invalid(Consumer<RateLimiterConfig.Builder> setting, String message) {
        return Arguments.of(setting, message);
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void buildWhenValueIsOutOfRangeShouldSayFieldValueAndRange(
            Consumer<RateLimiterConfig.Builder> setting, String message) {
        RateLimiterConfig.Builder builder = RateLimiterConfig.builder();
        setting.accept(builder);
        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageStartingWith(message);
    }

    @Test
    void oneCallPerMicrosecondShouldBeAllowed() {
        RateLimiterConfig config = RateLimiterConfig.builder()
                .limit(1_000)
                .period(Duration.ofMillis(1))
                .build();
        assertThat(config.nanosPerCall()).isEqualTo(1_000);
    }

    @Test
    void toBuilderShouldKeepEverySetting() {
        RateLimiterConfig config = RateLimiterConfig.builder()
                .limit(7)
                .period(Duration.ofMinutes(2))
                .burst(3)
                .maxWait(Duration.ofMillis(5))
                .scope(LimitScope.FLEET)
                .stackTraces(true)
                .build();
        assertThat(config.toBuilder().build()).isEqualTo(config);
    }
}
