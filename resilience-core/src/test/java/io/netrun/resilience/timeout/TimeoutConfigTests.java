package io.netrun.resilience.timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TimeoutConfigTests {

    static Stream<Arguments> invalid() {
        return Stream.of(
                invalid(c -> c.duration(Duration.ZERO), "duration is PT0S: must be above zero"),
                invalid(c -> c.duration(Duration.ofSeconds(-1)), "duration is PT-1S: must be above zero"),
                invalid(c -> c.maxAbandoned(0), "maxAbandoned is 0: must be at least 1"));
    }

    private static Arguments invalid(Consumer<TimeoutConfig.Builder> setting, String message) {
        return Arguments.of(setting, message);
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void buildWhenValueIsOutOfRangeShouldSayFieldValueAndRange(
            Consumer<TimeoutConfig.Builder> setting, String message) {
        TimeoutConfig.Builder builder = TimeoutConfig.builder();
        setting.accept(builder);
        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageStartingWith(message);
    }

    @Test
    void toBuilderShouldKeepEverySetting() {
        TimeoutConfig config = TimeoutConfig.builder()
                .duration(Duration.ofSeconds(7))
                .message("too late")
                .thread(TimeoutThread.CALLER)
                .interrupt(false)
                .maxAbandoned(3)
                .stackTraces(true)
                .requiresCallerThread(() -> true)
                .build();
        assertThat(config.toBuilder().build()).isEqualTo(config);
    }
}
