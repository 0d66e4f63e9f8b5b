package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ResilienceExceptionTests {

    @Test
    void textShouldWriteAReadableDuration() {
        assertThat(ResilienceException.text(Duration.ZERO)).isEqualTo("0ms");
        assertThat(ResilienceException.text(Duration.ofMillis(250))).isEqualTo("250ms");
        assertThat(ResilienceException.text(Duration.ofSeconds(5))).isEqualTo("5s");
        assertThat(ResilienceException.text(Duration.ofSeconds(90))).isEqualTo("1m30s");
        assertThat(ResilienceException.text(Duration.ofHours(36))).isEqualTo("36h");
    }

    @Test
    void textShouldRoundToTheMillisecond() {
        assertThat(ResilienceException.text(Duration.ofNanos(1_979_502_525L))).isEqualTo("1.98s");
        assertThat(ResilienceException.text(Duration.ofNanos(999_600_000L))).isEqualTo("1s");
        assertThat(ResilienceException.text(Duration.ofNanos(400_000L))).isEqualTo("less than 1ms");
    }

    @Test
    void textShouldTakeTheLongestDuration() {
        assertThat(ResilienceException.text(Duration.ofSeconds(Long.MAX_VALUE)))
                .endsWith("s")
                .startsWith("1281");
    }
}
