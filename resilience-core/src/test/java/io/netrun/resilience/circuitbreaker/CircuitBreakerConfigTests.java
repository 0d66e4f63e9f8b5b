package io.netrun.resilience.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
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
        assertThat(config.effectiveHalfOpenMaxDuration()).isEqualTo(Duration.ofSeconds(60));
    }

    static Stream<Arguments> invalid() {
        return Stream.of(
                invalid(c -> c.failureThreshold(0), "failureThreshold is 0: must be at least 1"),
                invalid(c -> c.failureRateThreshold(0), "failureRateThreshold is 0.0: must be a percentage above 0"),
                invalid(c -> c.failureRateThreshold(100.5), "failureRateThreshold is 100.5: must be a percentage"),
                invalid(c -> c.failureRateThreshold(Double.NaN), "failureRateThreshold is NaN: must be a percentage"),
                invalid(c -> c.slowCallRateThreshold(-1), "slowCallRateThreshold is -1.0: must be a percentage"),
                invalid(c -> c.windowSize(0), "windowSize is 0: must be between 1 and 50000"),
                invalid(c -> c.windowDuration(Duration.ZERO), "windowDuration is PT0S: must be above zero"),
                invalid(c -> c.minimumCalls(0), "minimumCalls is 0: must be at least 1"),
                invalid(
                        c -> c.detection(Detection.TIME_WINDOW).slowCallDuration(Duration.ZERO),
                        "slowCallDuration is PT0S: must be above zero"),
                invalid(
                        c -> c.detection(Detection.LEAKY_COUNT).slowCallDuration(Duration.ofSeconds(1)),
                        "slowCallDuration is PT1S, but detection is LEAKY_COUNT, which does not use it: detection must be"
                                + " COUNT_WINDOW or TIME_WINDOW, or slowCallDuration be removed"),
                invalid(
                        c -> c.windowSize(9).detection(Detection.TIME_WINDOW),
                        "windowSize is 9, but detection is TIME_WINDOW, which does not use it: detection must be"
                                + " COUNT_WINDOW, or windowSize be removed"),
                invalid(
                        c -> c.failureThreshold(3).detection(Detection.COUNT_WINDOW),
                        "failureThreshold is 3, but detection is COUNT_WINDOW, which does not use it: detection must be"
                                + " LEAKY_COUNT or CONSECUTIVE, or failureThreshold be removed"),
                invalid(
                        c -> c.windowDuration(Duration.ofSeconds(9)).windowSize(9),
                        "windowDuration and windowSize are for different detections: keep one of them"),
                invalid(
                        c -> c.minimumCalls(9).failureThreshold(3),
                        "minimumCalls and failureThreshold are for different detections: keep one of them"),
                invalid(c -> c.openBackoffMultiplier(0.5), "openBackoffMultiplier is 0.5: must be a finite number"),
                invalid(
                        c -> c.maxOpenDuration(Duration.ofSeconds(59)),
                        "maxOpenDuration is PT59S: must be at least openDuration, which is PT1M"),
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

    static Stream<Arguments> derived() {
        return Stream.of(
                derived(c -> c, Detection.LEAKY_COUNT),
                derived(c -> c.failureThreshold(7), Detection.LEAKY_COUNT),
                derived(c -> c.detection(Detection.CONSECUTIVE).failureThreshold(7), Detection.CONSECUTIVE),
                derived(c -> c.failureRateThreshold(33), Detection.COUNT_WINDOW),
                derived(c -> c.windowSize(9), Detection.COUNT_WINDOW),
                derived(c -> c.minimumCalls(9), Detection.COUNT_WINDOW),
                derived(c -> c.slowCallRateThreshold(9), Detection.COUNT_WINDOW),
                derived(c -> c.slowCallDuration(Duration.ofSeconds(1)), Detection.COUNT_WINDOW),
                derived(c -> c.slowCallDuration(null), Detection.LEAKY_COUNT),
                derived(c -> c.windowDuration(Duration.ofSeconds(9)), Detection.TIME_WINDOW),
                derived(c -> c.failureRateThreshold(33).windowDuration(Duration.ofSeconds(9)), Detection.TIME_WINDOW),
                derived(c -> c.failureRateThreshold(33).detection(Detection.TIME_WINDOW), Detection.TIME_WINDOW));
    }

    private static Arguments derived(UnaryOperator<CircuitBreakerConfig.Builder> settings, Detection detection) {
        return Arguments.of(settings, detection);
    }

    @ParameterizedTest
    @MethodSource("derived")
    void detectionShouldFollowFromTheSettings(
            UnaryOperator<CircuitBreakerConfig.Builder> settings, Detection detection) {
        CircuitBreakerConfig config =
                settings.apply(CircuitBreakerConfig.builder()).build();

        assertThat(config.detection()).isEqualTo(detection);
        assertThat(config.toBuilder().build()).isEqualTo(config);
        assertThat(settings.apply(CircuitBreakerConfig.defaults().toBuilder()).build())
                .isEqualTo(config);
    }

    @Test
    void copyShouldKeepADetectionThatIsNotTheDefault() {
        CircuitBreakerConfig config =
                CircuitBreakerConfig.builder().detection(Detection.CONSECUTIVE).build();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.toBuilder().windowSize(9).build())
                .withMessageStartingWith("windowSize is 9, but detection is CONSECUTIVE");
        assertThat(config.toBuilder()
                        .detection(Detection.COUNT_WINDOW)
                        .windowSize(9)
                        .build()
                        .detection())
                .isEqualTo(Detection.COUNT_WINDOW);
    }

    @Test
    void toBuilderShouldKeepEverySetting() {
        CircuitBreakerConfig config = CircuitBreakerConfig.builder()
                .detection(Detection.COUNT_WINDOW)
                .failureRateThreshold(33)
                .windowSize(9)
                .minimumCalls(4)
                .slowCallDuration(Duration.ofMillis(700))
                .slowCallRateThreshold(44)
                .openBackoffMultiplier(1.5)
                .maxOpenDuration(Duration.ofHours(1))
                .halfOpenMaxDuration(Duration.ofSeconds(3))
                .rampUpDuration(Duration.ofSeconds(4))
                .rampUpInitialRate(5)
                .initialState(InitialState.DISABLED)
                .fleet(FleetMode.QUORUM)
                .fleetQuorum(0.7)
                .stackTraces(true)
                .build();
        assertThat(config.toBuilder().build()).isEqualTo(config);
    }
}
