package io.netrun.resilience.spring.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitOpenException;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceCloudAutoConfiguration;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.client.circuitbreaker.CircuitBreakerFactory;
import org.springframework.cloud.client.circuitbreaker.Customizer;
import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreakerFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A circuit breaker of Spring Cloud that its user keeps goes through the instances that the registry has now. */
class ReplacedCircuitTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ResilienceAutoConfiguration.class, ResilienceCloudAutoConfiguration.class))
            .withPropertyValues(
                    "resilience.circuit-breaker.instances.orders.failure-threshold=3",
                    "resilience.timeout.instances.orders.duration=30s");

    @Configuration(proxyBeanMethods = false)
    static class InCode {

        @Bean
        Customizer<ResilienceCircuitBreakerFactory> stock() {
            return factory -> factory.configure(circuit -> circuit.circuitBreaker(c -> c.failureThreshold(2)), "stock");
        }
    }

    /** Each gives {@code ok}, or the class of the failure. All are kept, the reactive ones also as assembled. */
    private static List<Supplier<Object>> calls(ApplicationContext context, String id) {
        var circuit = context.getBean(CircuitBreakerFactory.class).create(id);
        var reactive = context.getBean(ReactiveCircuitBreakerFactory.class).create(id);
        Mono<Object> mono = reactive.run(Mono.just("ok"), failure -> Mono.just(failure.getClass()));
        Flux<Object> flux = reactive.run(Flux.just("ok"), failure -> Flux.just(failure.getClass()));
        return List.of(() -> circuit.<Object>run(() -> "ok", Throwable::getClass), mono::block, () -> flux.blockLast());
    }

    @Test
    void circuitShouldGoThroughTheInstanceThatReplacedItsOwn() {
        runner.run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            for (Supplier<Object> call : calls(context, "orders")) {
                assertThat(call.get()).isEqualTo("ok");
                CircuitBreaker replacement = CircuitBreaker.of("orders");
                registry.register(replacement);
                replacement.forceOpen();
                assertThat(call.get()).isEqualTo(CircuitOpenException.class);
                replacement.reset();
                assertThat(call.get()).isEqualTo("ok");
                assertThat(replacement.metrics().totalSucceeded()).isEqualTo(1);
            }
        });
    }

    @Test
    void circuitWhoseInstancesWereRemovedShouldGetNewOnes() {
        runner.withUserConfiguration(InCode.class).run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            assertRenewed(registry, calls(context, "orders"), "orders", 3);
            assertRenewed(registry, calls(context, "stock"), "stock", 2);
            assertThat(registry.find(Timeout.TYPE, "orders")).isPresent();
        });
    }

    private static void assertRenewed(
            ResilienceRegistry registry, List<Supplier<Object>> calls, String id, int threshold) {
        for (Supplier<Object> call : calls) {
            assertThat(call.get()).isEqualTo("ok");
            CircuitBreaker former = registry.remove(CircuitBreaker.TYPE, id).orElseThrow();
            registry.remove(Timeout.TYPE, id);
            former.forceOpen();
            assertThat(call.get()).isEqualTo("ok");
            assertThat(registry.find(CircuitBreaker.TYPE, id)).hasValueSatisfying(present -> {
                assertThat(present).isNotSameAs(former);
                assertThat(present.config().failureThreshold()).isEqualTo(threshold);
            });
        }
    }

    @Test
    void operatorsChangeShouldStayWhenAnotherInstanceLeaves() {
        runner.run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            Supplier<Object> call = calls(context, "orders").get(0);
            registry.reconfigure(
                    Timeout.TYPE,
                    "orders",
                    (TimeoutConfig c) -> c.toBuilder().message("changed").build());
            registry.remove(CircuitBreaker.TYPE, "orders");
            assertThat(call.get()).isEqualTo("ok");
            assertThat(registry.find(Timeout.TYPE, "orders")
                            .orElseThrow()
                            .config()
                            .message())
                    .isEqualTo("changed");
        });
    }

    @Test
    void circuitOfAnUnknownIdShouldFollowItsFamily() {
        runner.run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            for (Supplier<Object> call : calls(context, "elsewhere")) {
                assertThat(call.get()).isEqualTo("ok");
                registry.remove(CircuitBreaker.TYPE, "spring-cloud:elsewhere")
                        .orElseThrow()
                        .forceOpen();
                assertThat(call.get()).isEqualTo("ok");
                CircuitBreaker replacement = CircuitBreaker.of("spring-cloud:elsewhere");
                registry.register(replacement);
                replacement.forceOpen();
                assertThat(call.get()).isEqualTo(CircuitOpenException.class);
                registry.remove(replacement);
            }
        });
    }
}
