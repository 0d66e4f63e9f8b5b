package io.netrun.resilience.spring.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RecentEventsTests {

    private final ResilienceRegistry registry = ResilienceRegistry.create();
    private final RecentEvents recent = new RecentEvents();
    private final List<Object> published = new ArrayList<>();

    private final ApplicationEvents events = new ApplicationEvents(registry, published::add, recent);

    @AfterEach
    void stop() {
        events.close();
    }

    @Test
    void eventsShouldBeKeptAsTextAndNotWithTheirFailures() {
        Retry retry = registry.getOrCreate(
                Retry.TYPE,
                "r",
                RetryConfig.builder()
                        .maxAttempts(3)
                        .baseDelay(Duration.ofNanos(1))
                        .build());
        List<Throwable> failures =
                new ArrayList<>(List.of(new IOException("x".repeat(1_000)), new Mute(), new IOException("last")));
        catchThrowable(() -> retry.call(() -> {
            throw failures.remove(0);
        }));
        assertThat(published).isNotEmpty();
        assertThat(recent.of(retry))
                .hasSize(3)
                .allSatisfy(event -> assertThat(event.values()).noneMatch(Throwable.class::isInstance));
        Map<String, ?> first = recent.of(retry).get(2);
        assertThat(first.keySet()).startsWith("event", "time", "failure", "attempt");
        assertThat(first.get("event")).isEqualTo("retrying");
        assertThat(first.get("failure")).isEqualTo("IOException: " + "x".repeat(287));
        assertThat(recent.of(retry).get(1).get("failure")).asString().startsWith("Mute: ");
    }

    @Test
    void eventsOfAReplacedInstanceShouldGo() {
        CircuitBreaker former = registry.getOrCreate(CircuitBreaker.TYPE, "c");
        former.forceOpen();
        assertThat(recent.of(former)).hasSize(1);
        registry.register(CircuitBreaker.of("c"));
        former.reset();
        assertThat(recent.of(former)).isEmpty();
        assertThat(published).hasSize(1);
    }

    private static final class Mute extends IOException {

        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new UnsupportedOperationException("no message");
        }
    }
}
