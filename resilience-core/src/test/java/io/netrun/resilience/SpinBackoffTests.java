package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpinBackoffTests {

    @Test
    void restShouldDoubleUpToAMaximum() {
        assertThat(IntStream.iterate(SpinBackoff.pause(0), SpinBackoff::pause).limit(6))
                .containsExactly(16, 32, 64, 128, 128, 128);
    }

    @Test
    void briefWaitShouldEndWhenItIsDone() {
        AtomicInteger checks = new AtomicInteger();
        SpinBackoff.awaitBriefly(() -> checks.incrementAndGet() == 3);
        assertThat(checks).hasValue(3);
    }

    @Test
    void briefWaitShouldEndThoughNothingHappens() {
        AtomicInteger checks = new AtomicInteger();
        SpinBackoff.awaitBriefly(() -> checks.incrementAndGet() < 0);
        SpinBackoff.awaitStart(() -> checks.incrementAndGet() < 0, () -> true);
        assertThat(checks.get()).isGreaterThan(1);
    }
}
