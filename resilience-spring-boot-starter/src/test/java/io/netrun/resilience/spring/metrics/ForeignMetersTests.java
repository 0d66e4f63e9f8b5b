package io.netrun.resilience.spring.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceMetricsAutoConfiguration;
import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.pattern.ForeignMeters;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.timeout.Timeout;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Meters under the names of resilience4j, for dashboards that are not replaced yet. */
class ForeignMetersTests {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ResilienceAutoConfiguration.class, ResilienceMetricsAutoConfiguration.class))
            .withBean(SimpleMeterRegistry.class, () -> meters);

    @Test
    void callsShouldBeCountedUnderBothNames() {
        runner.withPropertyValues("resilience.metrics.resilience4j=true").run(context -> {
            context.getBean(ResilienceMeters.class).bindTo(meters);
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            CircuitBreaker breaker = registry.getOrCreate(CircuitBreaker.TYPE, "a");
            registry.getOrCreate(Retry.TYPE, "a");
            registry.getOrCreate(Bulkhead.TYPE, "a");
            registry.getOrCreate(RateLimiter.TYPE, "a");
            registry.getOrCreate(Timeout.TYPE, "a");
            breaker.run(() -> {});
            breaker.forceOpen();
            assertThat(meters.get("resilience4j.circuitbreaker.calls")
                            .tags("name", "a", "kind", "successful")
                            .functionTimer()
                            .count())
                    .isEqualTo(1);
            assertThat(meters.get("resilience4j.circuitbreaker.state")
                            .tags("name", "a", "state", "forced_open")
                            .gauge()
                            .value())
                    .isEqualTo(1);
            assertThat(meters.get("resilience4j.bulkhead.available.concurrent.calls")
                            .tags("name", "a")
                            .gauge()
                            .value())
                    .isEqualTo(10);
            assertThat(meters.get("resilience.circuitbreaker.calls")
                            .tags("name", "a", "outcome", "succeeded")
                            .functionCounter()
                            .count())
                    .isEqualTo(1);
        });
    }

    @Test
    void metersShouldBeThoseOfTheMappingTable() {
        runner.withPropertyValues(
                        "resilience.metrics.resilience4j=true",
                        "resilience.retry.defaults.count-successes=true",
                        "resilience.circuit-breaker.defaults.slow-call-duration=1s")
                .run(context -> {
                    context.getBean(ResilienceMeters.class).bindTo(meters);
                    ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
                    registry.getOrCreate(CircuitBreaker.TYPE, "a");
                    registry.getOrCreate(Retry.TYPE, "a");
                    registry.getOrCreate(Bulkhead.TYPE, "a");
                    registry.getOrCreate(RateLimiter.TYPE, "a");
                    registry.getOrCreate(Timeout.TYPE, "a");
                    List<MappingTable.Row> rows = MappingTable.get()
                            .rows(MappingTable.RESILIENCE4J, "meter")
                            .toList();
                    Set<String> names = new TreeSet<>();
                    Set<String> outcomes = new TreeSet<>();
                    meters.getMeters().forEach(meter -> {
                        names.add(meter.getId().getName());
                        outcomes.add(
                                meter.getId().getName() + " " + meter.getId().getTag("outcome"));
                    });
                    assertThat(rows.stream().map(row -> row.there().name()))
                            .containsAll(names.stream()
                                    .filter(name -> name.startsWith("resilience4j."))
                                    .toList());
                    assertThat(names)
                            .containsAll(rows.stream()
                                    .flatMap(row -> row.here().names().stream())
                                    .toList());
                    assertThat(outcomes)
                            .containsAll(rows.stream()
                                    .flatMap(row -> row.words().values().stream()
                                            .filter(word -> !word.isEmpty())
                                            .map(word -> row.here().name() + " " + word))
                                    .toList());
                });
    }

    @Test
    void ratesShouldBeThoseOfTheWindow() {
        runner.withPropertyValues(
                        "resilience.metrics.resilience4j=true",
                        "resilience.circuit-breaker.instances.a.detection=count-window",
                        "resilience.circuit-breaker.instances.a.window-size=4",
                        "resilience.circuit-breaker.instances.a.minimum-calls=2")
                .run(context -> {
                    context.getBean(ResilienceMeters.class).bindTo(meters);
                    ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
                    CircuitBreaker breaker = registry.getOrCreate(CircuitBreaker.TYPE, "a");
                    registry.getOrCreate(CircuitBreaker.TYPE, "without-window");
                    breaker.run(() -> {});
                    assertThat(rate("failure.rate", "a")).isEqualTo(-1);
                    breaker.run(() -> {});
                    assertThatThrownBy(() -> breaker.run(() -> {
                                throw new IOException();
                            }))
                            .isInstanceOf(IOException.class);
                    assertThat(rate("failure.rate", "a")).isEqualTo(100 / 3.0);
                    assertThat(rate("slow.call.rate", "a")).isZero();
                    assertThat(buffered("successful")).isEqualTo(2);
                    assertThat(buffered("failed")).isEqualTo(1);
                    assertThat(rate("failure.rate", "without-window")).isNaN();
                });
    }

    @Test
    void queueOfABulkheadShouldBeUnderItsOldName() {
        runner.withPropertyValues("resilience.metrics.resilience4j=true").run(context -> {
            context.getBean(ResilienceMeters.class).bindTo(meters);
            context.getBean(ResilienceRegistry.class).getOrCreate(Bulkhead.TYPE, "a");
            assertThat(meters.get("resilience4j.bulkhead.queue.capacity")
                            .tags("name", "a")
                            .gauge()
                            .value())
                    .isEqualTo(100);
            assertThat(meters.get("resilience4j.bulkhead.queue.depth")
                            .tags("name", "a")
                            .gauge()
                            .value())
                    .isZero();
        });
    }

    private double rate(String name, String instance) {
        return meters.get("resilience4j.circuitbreaker." + name)
                .tags("name", instance)
                .gauge()
                .value();
    }

    private double buffered(String kind) {
        return meters.get("resilience4j.circuitbreaker.buffered.calls")
                .tags("name", "a", "kind", kind)
                .gauge()
                .value();
    }

    @Test
    void oldNamesShouldBeAbsentUnlessTheyAreWanted() {
        runner.run(context -> {
            context.getBean(ResilienceMeters.class).bindTo(meters);
            context.getBean(ResilienceRegistry.class).getOrCreate(CircuitBreaker.TYPE, "a");
            assertThat(meters.find("resilience4j.circuitbreaker.state").gauge()).isNull();
        });
    }

    @Test
    void namesShouldBeThoseOfTheTable() {
        List<String> known = MappingTable.get()
                .rows(MappingTable.RESILIENCE4J, "meter")
                .map(row -> row.there().name())
                .toList();
        assertThat(PatternDescriptors.all().stream()
                        .flatMap(pattern -> ForeignMeters.of(pattern).stream())
                        .map(meter -> meter.fullName())
                        .distinct())
                .hasSize(14)
                .isSubsetOf(known);
    }
}
