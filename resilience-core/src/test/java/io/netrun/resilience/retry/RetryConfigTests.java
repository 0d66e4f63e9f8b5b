package io.netrun.resilience.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netrun.resilience.FailureMatcher;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RetryConfigTests {

    @Test
    void defaultsShouldBeThoseOfThePythonLibrary() {
        RetryConfig config = RetryConfig.defaults();
        assertThat(config.maxAttempts()).isEqualTo(3);
        assertThat(config.baseDelay()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.maxDelay()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.backoffMultiplier()).isEqualTo(2.0);
        assertThat(config.jitter()).isEqualTo(Jitter.EQUAL);
    }

    static Stream<Arguments> invalid() {
        return Stream.of(
                invalid(c -> c.maxAttempts(0), "maxAttempts is 0: must be at least 1"),
                invalid(c -> c.baseDelay(Duration.ofMillis(-5)), "baseDelay is PT-0.005S: must be zero or positive"),
                invalid(c -> c.maxDelay(Duration.ofMillis(5)), "maxDelay is PT0.005S: must be at least baseDelay"),
                invalid(
                        c -> c.backoffMultiplier(0.5),
                        "backoffMultiplier is 0.5: must be a finite number of at least 1.0"),
                invalid(c -> c.backoffMultiplier(Double.NaN), "backoffMultiplier is NaN"),
                invalid(
                        c -> c.failureDelay(FailureMatcher.of("http:429"), Duration.ofSeconds(40)),
                        "failureDelays has http:429=PT40S: must be at most maxDelay, which is PT30S"),
                invalid(c -> c.exceptions(List.of()), "exceptions is empty"),
                invalid(c -> c.exceptions(), "exceptions is empty"));
    }

    private static Arguments invalid(Consumer<RetryConfig.Builder> setting, String message) {
        return Arguments.of(setting, message);
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void buildWhenValueIsOutOfRangeShouldSayFieldValueAndRange(Consumer<RetryConfig.Builder> setting, String message) {
        RetryConfig.Builder builder = RetryConfig.builder();
        setting.accept(builder);
        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageStartingWith(message);
    }

    @Test
    void toBuilderShouldKeepEverySetting() {
        RetryConfig config = RetryConfig.builder()
                .maxAttempts(9)
                .jitter(Jitter.FULL)
                .failureDelay(FailureMatcher.of("http:429"), Duration.ofSeconds(5))
                .exceptions(List.of(FailureMatcher.of("http:5xx")))
                .ignoreExceptions(List.of(FailureMatcher.of("http:501")))
                .matchCauses(true)
                .beforeRetry((failure, attempt) -> {})
                .countSuccesses(true)
                .onExhausted(OnExhausted.RETHROW)
                .build();
        assertThat(config.toBuilder().build()).isEqualTo(config);
    }
}
