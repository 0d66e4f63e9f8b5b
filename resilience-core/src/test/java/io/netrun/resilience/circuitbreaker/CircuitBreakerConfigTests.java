package io.netrun.resilience.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CircuitBreakerConfigTests {

    @Test
    void defaultsShouldBeThoseOfThePythonLibrary() {
        CircuitBreakerConfig config = CircuitBreakerConfig.defaults();
        assertThat(config.failureThreshold()).isEqualTo(5);
        assertThat(config.successThreshold()).isEqualTo(3);
        assertThat(config.openDuration()).isEqualTo(Duration.ofSeconds(60));
        assertThat(config.halfOpenMaxCalls()).isEqualTo(3);
        assertThat(config.trialDuration()).isEqualTo(Duration.ofSeconds(60));
    }

    static Stream<Arguments> invalid() {
        return Stream.of(
                invalid(c -> c.failureThreshold(0), "failureThreshold is 0: must be at least 1"),
                invalid(c -> c.successThreshold(-1), "successThreshold is -1: must be at least 1"),
                invalid(c -> c.openDuration(Duration.ZERO), "openDuration is PT0S: must be above zero"),
                invalid(c -> c.halfOpenMaxCalls(0), "halfOpenMaxCalls is 0: must be between 1 and 10000"),
                invalid(c -> c.halfOpenMaxCalls(10_001), "halfOpenMaxCalls is 10001: must be between 1 and 10000"),
                invalid(c -> c.halfOpenMaxDuration(Duration.ofSeconds(-1)), "halfOpenMaxDuration is PT-1S"),
                invalid(CircuitBreakerConfig.Builder::exceptions, "exceptions is empty: name at least one class"));
    }

    private static Arguments invalid(Consumer<CircuitBreakerConfig.Builder> setting, String message) {
        return Arguments.of(setting, message);
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void buildWhenValueIsOutOfRangeShouldSayFieldValueAndRange(
            Consumer<CircuitBreakerConfig.Builder> setting, String message) {
        CircuitBreakerConfig.Builder builder = CircuitBreakerConfig.builder();
        setting.accept(builder);
        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageStartingWith(message);
    }

    @Test
    void toBuilderShouldKeepEverySetting() {
        CircuitBreakerConfig config = CircuitBreakerConfig.builder()
                .failureThreshold(7)
                .halfOpenMaxDuration(Duration.ofSeconds(3))
                .stackTraces(true)
                .build();
        assertThat(config.toBuilder().build()).isEqualTo(config);
    }
}
