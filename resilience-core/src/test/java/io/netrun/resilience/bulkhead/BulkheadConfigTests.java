package io.netrun.resilience.bulkhead;

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

class BulkheadConfigTests {

    static Stream<Arguments> invalid() {
        return Stream.of(
                invalid(c -> c.maxConcurrent(0), "maxConcurrent is 0: must be between 1 and 1000000"),
                invalid(c -> c.maxQueue(-1), "maxQueue is -1: must be between 0 and 1000000"),
                invalid(c -> c.maxWait(Duration.ZERO), "maxWait is PT0S: must be above zero"));
    }

    private static Arguments invalid(Consumer<BulkheadConfig.Builder> setting, String message) {
        return Arguments.of(setting, message);
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void buildWhenValueIsOutOfRangeShouldSayFieldValueAndRange(
            Consumer<BulkheadConfig.Builder> setting, String message) {
        BulkheadConfig.Builder builder = BulkheadConfig.builder();
        setting.accept(builder);
        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageStartingWith(message);
    }

    @Test
    void toBuilderShouldKeepEverySetting() {
        BulkheadConfig config = BulkheadConfig.builder()
                .maxConcurrent(7)
                .maxQueue(3)
                .maxWait(Duration.ofMillis(5))
                .pools(BulkheadPools.SHARED)
                .scope(LimitScope.FLEET)
                .stackTraces(true)
                .build();
        assertThat(config.toBuilder().build()).isEqualTo(config);
    }
}
