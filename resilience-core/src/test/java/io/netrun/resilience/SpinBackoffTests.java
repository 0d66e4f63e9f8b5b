package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpinBackoffTests {

    @Test
    void restShouldDoubleUpToAMaximum() {
        assertThat(IntStream.iterate(SpinBackoff.pause(0), SpinBackoff::pause).limit(6))
                .containsExactly(16, 32, 64, 128, 128, 128);
    }
}
