package io.netrun.resilience.hedge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HedgeConfigTests {

    @Test
    void toBuilderShouldKeepEverySetting() {
        HedgeConfig config = HedgeConfig.builder()
                .delay(Duration.ofMillis(7))
                .maxAttempts(3)
                .maxActive(9)
                .requiresCallerThread(() -> true)
                .build();
        assertThat(config.toBuilder().build()).isEqualTo(config);
    }

    @ParameterizedTest
    @MethodSource
    void buildWhenValueIsOutOfRangeShouldSayFieldValueAndRange(
            Consumer<HedgeConfig.Builder> setting, String field, String value) {
        HedgeConfig.Builder builder = HedgeConfig.builder();
        setting.accept(builder);
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(field + " is " + value + ": must be");
    }

    static Stream<Arguments> buildWhenValueIsOutOfRangeShouldSayFieldValueAndRange() {
        return Stream.of(
                refused(c -> c.delay(Duration.ZERO), "delay", "PT0S"),
                refused(c -> c.maxAttempts(1), "maxAttempts", "1"),
                refused(c -> c.maxAttempts(11), "maxAttempts", "11"),
                refused(c -> c.maxActive(0), "maxActive", "0"));
    }

    private static Arguments refused(Consumer<HedgeConfig.Builder> setting, String field, String value) {
        return Arguments.of(setting, field, value);
    }
}
