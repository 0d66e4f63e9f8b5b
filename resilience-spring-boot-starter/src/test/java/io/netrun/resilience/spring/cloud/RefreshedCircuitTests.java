package io.netrun.resilience.spring.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceCloudAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceRefreshAutoConfiguration;
import io.netrun.resilience.timeout.TimeoutExceededException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.client.circuitbreaker.CircuitBreakerFactory;
import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreaker;
import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreakerFactory;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.core.env.MapPropertySource;
import reactor.core.publisher.Mono;

/** A refresh that adds or removes the sections of an id of Spring Cloud, also for circuit breakers made before. */
class RefreshedCircuitTests {

    private static final String LIMIT = "resilience.timeout.instances.stock.duration";
    private static final Duration LONG = Duration.ofSeconds(30);

    private final Map<String, Object> settings = new LinkedHashMap<>();

    private void run(BiConsumer<AssertableApplicationContext, Supplier<Object>> test) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ResilienceAutoConfiguration.class,
                        ResilienceCloudAutoConfiguration.class,
                        ResilienceRefreshAutoConfiguration.class))
                .withInitializer(context ->
                        context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("file", settings)))
                .run(context -> {
                    var circuit = context.getBean(CircuitBreakerFactory.class).create("stock");
                    test.accept(context, () -> circuit.run(RefreshedCircuitTests::slow, RefreshedCircuitTests::name));
                });
    }

    /** Longer than the limit, which ends it. */
    private static String slow() {
        try {
            return new CountDownLatch(1).await(300, TimeUnit.MILLISECONDS) ? "never" : "ended";
        } catch (InterruptedException limited) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    private static String name(Throwable failure) {
        return failure.getClass().getSimpleName();
    }

    private void refresh(AssertableApplicationContext context, String key, Object value) {
        if (value == null) {
            settings.remove(key);
        } else {
            settings.put(key, value);
        }
        context.publishEvent(new EnvironmentChangeEvent(context, Set.of(key)));
    }

    @Test
    void addedTimeLimitShouldLimitCircuitsOfBefore() {
        settings.put("resilience.circuit-breaker.instances.stock.failure-threshold", 50);
        run((context, call) -> {
            assertThat(call.get()).isEqualTo("ended");
            refresh(context, LIMIT, "20ms");
            assertThat(call.get()).isEqualTo(TimeoutExceededException.class.getSimpleName());
            assertThat(context.getBean(CircuitBreakerFactory.class)
                            .create("stock")
                            .run(RefreshedCircuitTests::slow, RefreshedCircuitTests::name))
                    .isEqualTo(TimeoutExceededException.class.getSimpleName());
            refresh(context, LIMIT, null);
            assertThat(call.get()).isEqualTo("ended");
        });
    }

    @Test
    void addedTimeLimitShouldLimitReactiveCircuits() {
        settings.put("resilience.circuit-breaker.instances.stock.failure-threshold", 50);
        run((context, call) -> {
            ReactiveCircuitBreaker circuit =
                    context.getBean(ReactiveCircuitBreakerFactory.class).create("stock");
            assertThat(circuit.run(Mono.just("ok")).block(LONG)).isEqualTo("ok");
            refresh(context, LIMIT, "20ms");
            assertThat(circuit.run(Mono.never(), failure -> Mono.just(name(failure)))
                            .block(LONG))
                    .isEqualTo(TimeoutExceededException.class.getSimpleName());
        });
    }

    @Test
    void addedSectionShouldBeThatOfCircuitsOfBefore() {
        run((context, call) -> {
            assertThat(call.get()).isEqualTo("ended");
            refresh(context, "resilience.circuit-breaker.instances.stock.failure-threshold", 3);
            assertThat(call.get()).isEqualTo("ended");
            assertThat(context.getBean(ResilienceRegistry.class)
                            .find(CircuitBreaker.TYPE, "stock")
                            .orElseThrow()
                            .metrics()
                            .totalSucceeded())
                    .isEqualTo(1);
        });
    }

    @Test
    void addedTimeLimitOfTheFamilyShouldLimitUnknownIds() {
        run((context, call) -> {
            assertThat(call.get()).isEqualTo("ended");
            refresh(context, "resilience.timeout.instances.spring-cloud.duration", "20ms");
            assertThat(call.get()).isEqualTo(TimeoutExceededException.class.getSimpleName());
        });
    }

    @Test
    void rejectedRefreshShouldLeaveCircuitsAsTheyAre() {
        settings.put("resilience.circuit-breaker.instances.stock.failure-threshold", 50);
        run((context, call) -> {
            settings.put("resilience.circuit-breaker.instances.stock.failure-threshold", 0);
            refresh(context, LIMIT, "20ms");
            assertThat(call.get()).isEqualTo("ended");
        });
    }
}
