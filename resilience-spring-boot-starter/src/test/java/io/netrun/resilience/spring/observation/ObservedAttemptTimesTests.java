package io.netrun.resilience.spring.observation;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netrun.resilience.spring.method.AttemptTimes;
import io.netrun.resilience.spring.method.AttemptTimes.AttemptTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ObservedAttemptTimesTests {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AttemptTimes times = new ObservedAttemptTimes(() -> registry);

    @Test
    void attemptsOfAMethodShouldBeAddedUpHoweverTheyEnded() {
        registry.timer("resilience.attempt", "method", "Shop.buy", "error", "none")
                .record(Duration.ofMillis(20));
        registry.timer("resilience.attempt", "method", "Shop.buy", "error", "IOException")
                .record(Duration.ofMillis(60));
        registry.timer("resilience.attempt", "method", "Shop.sell", "error", "none")
                .record(Duration.ofMillis(5));
        assertThat(times.byMethod())
                .containsOnlyKeys("Shop.buy", "Shop.sell")
                .containsEntry("Shop.buy", new AttemptTime(2, 80, 60));
    }

    @Test
    void otherTimersShouldNotCount() {
        registry.timer("http.server.requests", "method", "GET").record(Duration.ofMillis(20));
        registry.timer("resilience.attempt", "bean", "shop").record(Duration.ofMillis(20));
        assertThat(times.byMethod()).isEmpty();
    }

    @Test
    void nothingShouldBeKnownWithoutARegistry() {
        assertThat(new ObservedAttemptTimes(() -> null).byMethod()).isEmpty();
    }
}
