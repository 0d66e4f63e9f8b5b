package io.netrun.resilience.spring.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.circuitbreaker.CircuitOpenException;
import io.netrun.resilience.spring.ShopBeans.PaymentClient;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceCloudAutoConfiguration;
import io.netrun.resilience.spring.settings.ConfigCustomizer;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutExceededException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.client.circuitbreaker.CircuitBreakerFactory;
import org.springframework.cloud.client.circuitbreaker.ConfigBuilder;
import org.springframework.cloud.client.circuitbreaker.Customizer;
import org.springframework.cloud.client.circuitbreaker.NoFallbackAvailableException;
import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreaker;
import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreakerFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Spring Cloud's contract, kept by this library's circuit breakers. */
@ExtendWith(OutputCaptureExtension.class)
class CircuitBreakerFactoryTests {

    private static final Duration LONG = Duration.ofSeconds(10);

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ResilienceAutoConfiguration.class, ResilienceCloudAutoConfiguration.class));

    @Configuration(proxyBeanMethods = false)
    static class InCode {

        @Bean
        Customizer<ResilienceCircuitBreakerFactory> single() {
            return factory -> factory.configure(
                    circuit ->
                            circuit.circuitBreaker(c -> c.failureThreshold(2)).timeout(Duration.ofMillis(50)),
                    "orders",
                    "stock");
        }

        @Bean
        Customizer<ResilienceCircuitBreakerFactory> others() {
            return factory -> factory.configureDefault(id -> factory.configBuilder(id)
                    .circuitBreaker(c -> c.failureThreshold(9))
                    .build());
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OtherLibrary {

        @Bean
        CircuitBreakerFactory<Object, ConfigBuilder<Object>> theirs() {
            return new CircuitBreakerFactory<>() {

                @Override
                public org.springframework.cloud.client.circuitbreaker.CircuitBreaker create(String id) {
                    return new org.springframework.cloud.client.circuitbreaker.CircuitBreaker() {

                        @Override
                        @SuppressWarnings("unchecked")
                        public <T> T run(Supplier<T> toRun, Function<Throwable, T> fallback) {
                            return (T) "theirs";
                        }
                    };
                }

                @Override
                protected ConfigBuilder<Object> configBuilder(String id) {
                    return Object::new;
                }

                @Override
                public void configureDefault(Function<String, Object> defaultConfiguration) {}
            };
        }
    }

    private static CircuitBreakerFactory<?, ?> factory(ApplicationContext context) {
        return context.getBean(CircuitBreakerFactory.class);
    }

    private static ReactiveCircuitBreaker reactive(ApplicationContext context, String id) {
        return context.getBean(ReactiveCircuitBreakerFactory.class).create(id);
    }

    private static CircuitBreaker breaker(ApplicationContext context, String name) {
        return context.getBean(ResilienceRegistry.class)
                .find(CircuitBreaker.TYPE, name)
                .orElseThrow();
    }

    private static String fail() {
        throw new IllegalStateException("down");
    }

    private static String hang() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return "late";
    }

    @Test
    void configuredIdShouldBeTheInstanceOfThatName() {
        runner.withPropertyValues("resilience.circuit-breaker.instances.orders.failure-threshold=1")
                .run(context -> {
                    factory(context).create("orders").run(CircuitBreakerFactoryTests::fail, failure -> "fallback");
                    assertThat(breaker(context, "orders").state()).isEqualTo(CircuitBreaker.State.OPEN);
                    assertThat(context.getBean(ResilienceRegistry.class).all(Timeout.TYPE))
                            .isEmpty();
                });
    }

    @Test
    void fallbackShouldGetTheFailureAndTheRejection() {
        runner.withPropertyValues("resilience.circuit-breaker.defaults.failure-threshold=1")
                .run(context -> {
                    var circuit = factory(context).create("orders");
                    assertThat(circuit.<Throwable>run(
                                    () -> {
                                        throw new IllegalStateException("down");
                                    },
                                    failure -> failure))
                            .isExactlyInstanceOf(IllegalStateException.class);
                    assertThat(circuit.<Object>run(() -> "unreachable", failure -> failure))
                            .isExactlyInstanceOf(CircuitOpenException.class);
                });
    }

    @Test
    void callWithoutFallbackShouldFailAsInSpringCloud() {
        runner.run(context -> assertThatThrownBy(
                        () -> factory(context).create("orders").run(CircuitBreakerFactoryTests::fail))
                .isInstanceOf(NoFallbackAvailableException.class)
                .hasCauseExactlyInstanceOf(IllegalStateException.class));
    }

    @Test
    void timeLimitShouldBeThereOnlyWhereItIsConfigured() {
        runner.withPropertyValues("resilience.timeout.instances.orders.duration=50ms")
                .run(context -> {
                    assertThat(factory(context)
                                    .create("orders")
                                    .<Object>run(CircuitBreakerFactoryTests::hang, failure -> failure))
                            .isExactlyInstanceOf(TimeoutExceededException.class);
                    // The breaker is on the worker thread, which the timeout interrupts.
                    await().untilAsserted(() -> assertThat(
                                    breaker(context, "orders").metrics().totalFailed())
                            .isEqualTo(1));
                    factory(context).create("stock").run(() -> "ok");
                    assertThat(context.getBean(ResilienceRegistry.class).all(Timeout.TYPE))
                            .extracting(Timeout::name)
                            .containsExactly("orders");
                });
    }

    @Test
    void customizerShouldHaveTheLastWordOnSingleIdsAndOnAllOthers() {
        runner.withUserConfiguration(InCode.class)
                .withPropertyValues(
                        "resilience.circuit-breaker.instances.orders.success-threshold=7",
                        "resilience.circuit-breaker.instances.mine.failure-threshold=4")
                .run(context -> {
                    for (String id : new String[] {"orders", "stock", "mine", "other"}) {
                        factory(context).create(id).run(() -> "ok");
                    }
                    assertThat(breaker(context, "orders").config().failureThreshold())
                            .isEqualTo(2);
                    assertThat(breaker(context, "orders").config().successThreshold())
                            .isEqualTo(7);
                    assertThat(breaker(context, "stock").config().failureThreshold())
                            .isEqualTo(2);
                    assertThat(breaker(context, "mine").config().failureThreshold())
                            .isEqualTo(4);
                    assertThat(breaker(context, "spring-cloud:other").config().failureThreshold())
                            .isEqualTo(9);
                    assertThat(context.getBean(ResilienceRegistry.class).all(Timeout.TYPE))
                            .extracting(Timeout::name)
                            .containsExactly("orders", "stock");
                });
    }

    @Test
    void idOfAnAnnotatedMethodsInstanceShouldBeThatInstance() {
        runner.withBean(PaymentClient.class).run(context -> {
            CircuitBreaker payments = breaker(context, "payments");
            factory(context).create("payments").run(() -> "ok");
            assertThat(payments.metrics().totalSucceeded()).isEqualTo(1);
        });
    }

    @Test
    void idsThatNothingNamesShouldBeBounded() {
        runner.run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            for (int i = 0; i < 2 * CloudCircuitBreakers.LIMIT; i++) {
                factory(context).create("user-" + i).run(() -> "ok");
                // One that looks like an instance of the family is not known by that.
                factory(context).create("spring-cloud:user-" + i).run(() -> "ok");
            }
            assertThat(registry.all(CircuitBreaker.TYPE)).hasSize(CloudCircuitBreakers.LIMIT);
            int last = 2 * CloudCircuitBreakers.LIMIT - 1;
            assertThat(breaker(context, "spring-cloud:user-" + last).metrics().totalSucceeded())
                    .isEqualTo(1);
        });
    }

    @Test
    void settingsOfTheFamilyShouldBeThoseOfIdsThatNothingNames() {
        runner.withPropertyValues(
                        "resilience.circuit-breaker.instances.spring-cloud.failure-threshold=8",
                        "resilience.timeout.instances.spring-cloud.duration=50ms")
                .run(context -> {
                    assertThat(factory(context)
                                    .create("other")
                                    .<Object>run(CircuitBreakerFactoryTests::hang, failure -> failure))
                            .isExactlyInstanceOf(TimeoutExceededException.class);
                    assertThat(breaker(context, "spring-cloud:other").config().failureThreshold())
                            .isEqualTo(8);
                });
    }

    @Test
    void customizerShouldNotBeAppliedToTheFamilyAsWell() {
        runner.withBean(
                        ConfigCustomizer.class,
                        () -> ConfigCustomizer.of(
                                CircuitBreakerConfig.class,
                                (name, config) -> config.toBuilder()
                                        .failureThreshold(config.failureThreshold() * 2)
                                        .build()))
                .withPropertyValues("resilience.circuit-breaker.instances.spring-cloud.failure-threshold=8")
                .run(context -> {
                    factory(context).create("other").run(() -> "ok");
                    assertThat(breaker(context, "spring-cloud:other").config().failureThreshold())
                            .isEqualTo(16);
                });
    }

    @Test
    void configuredIdsShouldBeNoWarning(CapturedOutput output) {
        runner.withPropertyValues(
                        "resilience.circuit-breaker.instances.spring-cloud.failure-threshold=8",
                        "resilience.timeout.instances.spring-cloud.duration=2s",
                        "resilience.circuit-breaker.instances.orders.failure-threshold=4",
                        "resilience.retry.instances.orders.max-attempts=4")
                .run(context -> assertThat(
                                context.getBean(ResilienceRegistry.class).find(CircuitBreaker.TYPE, "spring-cloud"))
                        .isEmpty());
        assertThat(output.getOut().lines().filter(line -> line.contains("is not in use")))
                .satisfiesExactlyInAnyOrder(
                        circuit -> assertThat(circuit)
                                .contains(
                                        " INFO ",
                                        "CircuitBreaker 'orders'",
                                        "so far. A circuit breaker of Spring Cloud with this id uses it."),
                        retry -> assertThat(retry).contains(" WARN ", "Retry 'orders'", "no annotation names it"));
    }

    @Test
    void switchedOffInstanceShouldNotProtect() {
        runner.withPropertyValues(
                        "resilience.circuit-breaker.instances.orders.enabled=false",
                        "resilience.circuit-breaker.instances.orders.failure-threshold=1")
                .run(context -> {
                    var circuit = factory(context).create("orders");
                    circuit.run(CircuitBreakerFactoryTests::fail, failure -> "fallback");
                    assertThat(circuit.run(() -> "ok")).isEqualTo("ok");
                });
    }

    @Test
    void factoryShouldPassCallsWhenEverythingIsSwitchedOff() {
        runner.withPropertyValues("resilience.enabled=false", "resilience.circuit-breaker.defaults.failure-threshold=1")
                .run(context -> {
                    var circuit = factory(context).create("orders");
                    circuit.run(CircuitBreakerFactoryTests::fail, failure -> "fallback");
                    assertThat(circuit.run(() -> "ok")).isEqualTo("ok");
                });
    }

    @Test
    void factoryOfAnotherLibraryShouldStay() {
        runner.withUserConfiguration(OtherLibrary.class).run(context -> {
            assertThat(context).hasSingleBean(CircuitBreakerFactory.class);
            assertThat(factory(context).create("any").run(() -> "ok")).isEqualTo("theirs");
        });
    }

    @Test
    void reactiveCallShouldFailOrUseItsFallback() {
        runner.withPropertyValues("resilience.circuit-breaker.instances.orders.failure-threshold=2")
                .run(context -> {
                    ReactiveCircuitBreaker circuit = reactive(context, "orders");
                    assertThat(circuit.run(Mono.just("ok")).block(LONG)).isEqualTo("ok");
                    assertThatThrownBy(() -> circuit.run(Mono.error(new IllegalStateException("down")))
                                    .block(LONG))
                            .isInstanceOf(NoFallbackAvailableException.class)
                            .hasCauseExactlyInstanceOf(IllegalStateException.class);
                    assertThat(circuit.run(
                                            Flux.<String>error(new IllegalStateException("down")),
                                            failure -> Flux.just("fallback", "of many"))
                                    .collectList()
                                    .block(LONG))
                            .containsExactly("fallback", "of many");
                    assertThat(circuit.run(
                                            Mono.just("unreachable"),
                                            failure ->
                                                    Mono.just(failure.getClass().getSimpleName()))
                                    .block(LONG))
                            .isEqualTo("CircuitOpenException");
                });
    }

    @Test
    void reactiveAndPlainCallsOfAnIdShouldShareItsInstance() {
        runner.run(context -> {
            factory(context).create("orders").run(() -> "ok");
            reactive(context, "orders").run(Mono.just("ok")).block(LONG);
            assertThat(breaker(context, "spring-cloud:orders").metrics().totalSucceeded())
                    .isEqualTo(2);
        });
    }

    @Test
    void reactiveTimeLimitShouldBeThatOfTheId() {
        runner.withPropertyValues("resilience.timeout.instances.orders.duration=50ms")
                .run(context -> assertThatThrownBy(() ->
                                reactive(context, "orders").run(Mono.never()).block(LONG))
                        .hasCauseExactlyInstanceOf(TimeoutExceededException.class));
    }
}
