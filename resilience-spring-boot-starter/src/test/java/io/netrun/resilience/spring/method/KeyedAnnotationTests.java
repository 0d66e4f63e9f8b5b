package io.netrun.resilience.spring.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netrun.resilience.Policy;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.AttemptTimeout;
import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Hedge;
import io.netrun.resilience.annotation.RateLimiter;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.bulkhead.BulkheadFullException;
import io.netrun.resilience.circuitbreaker.CircuitOpenException;
import io.netrun.resilience.ratelimiter.RateLimitExceededException;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceRefreshAutoConfiguration;
import io.netrun.resilience.spring.metrics.ResilienceMeters;
import io.netrun.resilience.spring.pattern.KeyedMeters;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.core.env.MapPropertySource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Annotations that request an instance for each key. */
class KeyedAnnotationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ResilienceAutoConfiguration.class, ResilienceRefreshAutoConfiguration.class))
            .withBean("tenants", Tenants.class)
            .withBean(Shop.class)
            .withBean(ByInterface.class);

    record Order(String customer) {}

    static class Tenants {

        public String of(String id) {
            if (id.equals("unknown")) {
                throw new IllegalArgumentException("no such tenant");
            }
            return "t" + id;
        }
    }

    interface Api {

        @RateLimiter(name = "api", key = "#tenant", limit = 1, period = "1h")
        String ask(String tenant);
    }

    static class ByInterface implements Api {

        @Override
        public String ask(String other) {
            return other;
        }
    }

    static class Shop {

        private final AtomicInteger calls = new AtomicInteger();

        public int calls() {
            return calls.get();
        }

        @RateLimiter(name = "tenant", key = "#tenantId", limit = 1, period = "1h")
        public String plain(String tenantId) {
            calls.incrementAndGet();
            return tenantId;
        }

        @RateLimiter(name = "tenant", key = "#p1")
        public String second(int number, String tenantId) {
            return tenantId;
        }

        @RateLimiter(name = "property", key = "#order.customer()", limit = 1, period = "1h")
        public String property(Order order) {
            return order.customer();
        }

        @RateLimiter(name = "object", key = "#any", limit = 1, period = "1h")
        public String object(Object any) {
            return String.valueOf(calls.incrementAndGet());
        }

        @RateLimiter(name = "bean", key = "@tenants.of(#id)", limit = 1, period = "1h")
        public String bean(String id) {
            calls.incrementAndGet();
            return id;
        }

        @Bulkhead(name = "future", key = "#a0", maxConcurrent = 1, maxQueue = 0)
        public CompletableFuture<String> future(String tenant, CompletableFuture<String> result) {
            return result;
        }

        @CircuitBreaker(name = "mono", key = "#tenant", failureThreshold = 1)
        public Mono<String> mono(String tenant, Mono<String> result) {
            return result;
        }

        @RateLimiter(name = "flux", key = "@tenants.of(#tenant)", limit = 1, period = "1h")
        public Flux<String> flux(String tenant) {
            return Flux.just(tenant, tenant);
        }

        @Retry(name = "calm", maxAttempts = 2, baseDelay = "1ms")
        @CircuitBreaker(name = "mixed", key = "#tenant", failureThreshold = 2)
        @Bulkhead(name = "shared")
        @Fallback(method = "fallback")
        public String mixed(String tenant) throws IOException {
            calls.incrementAndGet();
            throw new IOException(tenant);
        }

        String fallback(String tenant, Throwable failure) {
            return failure.getClass().getSimpleName() + " " + tenant;
        }

        @Retry(name = "all", key = "#tenant", maxAttempts = 2, baseDelay = "1ms")
        @CircuitBreaker(name = "all", key = "#tenant")
        @Timeout(name = "all", key = "#tenant")
        @AttemptTimeout(name = "each", key = "#tenant")
        @RateLimiter(name = "all", key = "#tenant")
        @Bulkhead(name = "all", key = "#tenant")
        @Hedge(name = "all", key = "#tenant", delay = "10s")
        public String all(String tenant) {
            return tenant;
        }

        @Bulkhead(name = "few", key = "#number", maxKeys = 10)
        public int few(int number) {
            return number;
        }
    }

    @Test
    void eachKeyShouldHaveAnInstance() {
        runner.run(context -> {
            Shop shop = context.getBean(Shop.class);
            assertThat(shop.plain("a")).isEqualTo("a");
            assertThat(shop.plain("b")).isEqualTo("b");
            assertThatExceptionOfType(RateLimitExceededException.class)
                    .isThrownBy(() -> shop.plain("a"))
                    .withMessageContaining("'tenant:a'");
            // The other method names the same family, with an argument by its position.
            assertThatExceptionOfType(RateLimitExceededException.class).isThrownBy(() -> shop.second(1, "b"));
            assertThat(shop.calls()).isEqualTo(2);
        });
    }

    @Test
    void expressionShouldReadPropertiesAndCallBeans() {
        runner.run(context -> {
            Shop shop = context.getBean(Shop.class);
            shop.property(new Order("carol"));
            shop.bean("7");
            assertThat(names(context, io.netrun.resilience.ratelimiter.RateLimiter.TYPE))
                    .contains("property:carol", "bean:t7");
        });
    }

    @Test
    void annotationOfAnInterfaceShouldKnowItsParameters() {
        runner.run(context -> {
            Api api = context.getBean(ByInterface.class);
            api.ask("a");
            api.ask("b");
            assertThatExceptionOfType(RateLimitExceededException.class).isThrownBy(() -> api.ask("a"));
        });
    }

    @Test
    void asyncCallsShouldUseTheInstanceOfTheirKey() {
        runner.run(context -> {
            Shop shop = context.getBean(Shop.class);
            CompletableFuture<String> running = shop.future("a", new CompletableFuture<>());
            assertThat(shop.future("b", CompletableFuture.completedFuture("b"))).isCompletedWithValue("b");
            assertThat(shop.future("a", CompletableFuture.completedFuture("a")))
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(BulkheadFullException.class);
            running.cancel(true);
            assertThat(shop.future("a", CompletableFuture.completedFuture("a"))).isCompletedWithValue("a");
        });
    }

    @Test
    void eachSubscriptionShouldUseTheInstanceOfItsKey() {
        runner.run(context -> {
            Shop shop = context.getBean(Shop.class);
            Mono<String> failing = shop.mono("a", Mono.error(new IOException()));
            assertThat(names(context, io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE))
                    .doesNotContain("mono:a");
            assertThatThrownBy(failing::block).hasCauseInstanceOf(IOException.class);
            assertThatThrownBy(failing::block).isInstanceOf(CircuitOpenException.class);
            assertThat(shop.mono("b", Mono.just("b")).block()).isEqualTo("b");
            assertThat(shop.flux("a").collectList().block()).containsExactly("a", "a");
            assertThatThrownBy(() -> shop.flux("a").blockLast()).isInstanceOf(RateLimitExceededException.class);
        });
    }

    @Test
    void keyedAndOtherPoliciesShouldMix() {
        runner.run(context -> {
            Shop shop = context.getBean(Shop.class);
            assertThat(shop.mixed("a")).isEqualTo("IOException a");
            assertThat(shop.mixed("a")).isEqualTo("CircuitOpenException a");
            assertThat(shop.mixed("b")).isEqualTo("IOException b");
            assertThat(shop.calls()).isEqualTo(4);
            assertThat(names(context, io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE))
                    .contains("mixed:a", "mixed:b")
                    .doesNotContain("mixed");
            assertThat(names(context, io.netrun.resilience.bulkhead.Bulkhead.TYPE))
                    .contains("shared");
        });
    }

    @Test
    void eachPatternShouldHaveKeys() {
        runner.run(context -> {
            assertThat(context.getBean(Shop.class).all("a")).isEqualTo("a");
            assertThat(context.getBean(Shop.class).all("a")).isEqualTo("a");
            assertThat(context.getBean(ResilienceRegistry.class).all())
                    .extracting(Policy::name)
                    .contains("all:a", "each:a")
                    .filteredOn("all:a"::equals)
                    .hasSize(6);
        });
    }

    @Test
    void callWithoutKeyShouldShareAnInstance() {
        runner.run(context -> {
            Shop shop = context.getBean(Shop.class);
            assertThat(shop.plain(null)).isNull();
            assertThatExceptionOfType(RateLimitExceededException.class)
                    .isThrownBy(() -> shop.plain(" "))
                    .withMessageContaining("'tenant:(none)'");
        });
    }

    @Test
    void objectWithoutATextOfItsOwnShouldBeNoKey() {
        runner.run(context -> {
            Shop shop = context.getBean(Shop.class);
            for (Object each : List.of(new int[] {1}, new String[] {"a"}, new Object(), (Runnable) () -> {})) {
                assertThatExceptionOfType(PolicyKeyException.class)
                        .isThrownBy(() -> shop.object(each))
                        .withMessageContaining("has another text for each object");
            }
            assertThat(shop.calls()).isZero();
            for (Object each : List.of("a", 1, new Order("b"), List.of("c"), Optional.of("d"), TimeUnit.DAYS)) {
                shop.object(each);
            }
            assertThat(shop.calls()).isEqualTo(6);
        });
    }

    @Test
    void failingExpressionShouldFailTheCallBeforeItIsMade() {
        runner.run(context -> {
            Shop shop = context.getBean(Shop.class);
            assertThatExceptionOfType(PolicyKeyException.class)
                    .isThrownBy(() -> shop.bean("unknown"))
                    .withMessageContaining("Shop.bean: key '@tenants.of(#id)' of @RateLimiter failed")
                    .withMessageContaining("no such tenant");
            assertThat(shop.calls()).isEqualTo(0);
            assertThatThrownBy(() -> shop.flux("unknown").blockLast()).isInstanceOf(PolicyKeyException.class);
        });
    }

    @Test
    void keyThatCannotBePartOfANameShouldFailTheCall() {
        runner.run(context -> {
            Shop shop = context.getBean(Shop.class);
            assertThatExceptionOfType(PolicyKeyException.class)
                    .isThrownBy(() -> shop.plain("x".repeat(300)))
                    .withMessageContaining("cannot be part of a name");
            assertThat(shop.future("a\nb", new CompletableFuture<>()))
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(PolicyKeyException.class);
            assertThat(shop.calls()).isEqualTo(0);
        });
    }

    @Test
    void keysShouldBeBounded() {
        runner.run(context -> {
            Shop shop = context.getBean(Shop.class);
            for (int i = 0; i < 1_000; i++) {
                shop.few(i);
            }
            assertThat(names(context, io.netrun.resilience.bulkhead.Bulkhead.TYPE))
                    .filteredOn(name -> name.startsWith("few:"))
                    .hasSizeLessThanOrEqualTo(10)
                    .contains("few:999");
            MethodPipeline few = context.getBean(MethodPipelines.class).all().stream()
                    .filter(method -> method.title().contains(".few("))
                    .findFirst()
                    .orElseThrow();
            assertThat(few.keys().size()).isLessThanOrEqualTo(20);
        });
    }

    @Test
    void manyThreadsShouldShareTheInstanceOfAKey() {
        runner.run(context -> {
            Shop shop = context.getBean(Shop.class);
            AtomicInteger admitted = new AtomicInteger();
            CountDownLatch start = new CountDownLatch(1);
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Thread thread = new Thread(() -> {
                    try {
                        start.await();
                        for (int key = 0; key < 200; key++) {
                            try {
                                shop.plain("k" + key);
                                admitted.incrementAndGet();
                            } catch (RateLimitExceededException rejected) {
                                // another thread was faster
                            }
                        }
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
                thread.start();
                threads.add(thread);
            }
            start.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(admitted).hasValue(200);
        });
    }

    @Test
    void configurationShouldApplyToTheKeysOfAnAnnotation() {
        runner.withPropertyValues(
                        "resilience.bulkhead.instances.few.max-keys=3",
                        "resilience.bulkhead.instances.few.max-concurrent=7")
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource(
                                "keys",
                                Map.of(
                                        "resilience.bulkhead.instances[few:9].max-wait", "2s",
                                        "resilience.rate-limiter.instances[tenant:gold].limit", "3"))))
                .run(context -> {
                    Shop shop = context.getBean(Shop.class);
                    for (int i = 0; i < 10; i++) {
                        shop.few(i);
                    }
                    var names = names(context, io.netrun.resilience.bulkhead.Bulkhead.TYPE);
                    assertThat(names).filteredOn(name -> name.startsWith("few")).hasSizeLessThanOrEqualTo(3);
                    var nine = context.getBean(ResilienceRegistry.class)
                            .find(io.netrun.resilience.bulkhead.Bulkhead.TYPE, "few:9")
                            .orElseThrow();
                    assertThat(nine.config().maxConcurrent()).isEqualTo(7);
                    assertThat(nine.config().maxWait()).isEqualTo(Duration.ofSeconds(2));
                    shop.plain("gold");
                    var gold = context.getBean(ResilienceRegistry.class)
                            .find(io.netrun.resilience.ratelimiter.RateLimiter.TYPE, "tenant:gold")
                            .orElseThrow();
                    assertThat(gold.config().limit()).isEqualTo(3);
                    assertThat(gold.config().period()).isEqualTo(Duration.ofHours(1));
                });
    }

    @Test
    void refreshShouldReachTheInstancesOfAllKeys() {
        runner.run(context -> {
            Shop shop = context.getBean(Shop.class);
            shop.few(1);
            String key = "resilience.bulkhead.instances.few.max-concurrent";
            TestPropertyValues.of(key + "=4").applyTo(context);
            context.publishEvent(new EnvironmentChangeEvent(context, Set.of(key)));
            shop.few(2);
            for (String name : List.of("few:1", "few:2")) {
                assertThat(context.getBean(ResilienceRegistry.class)
                                .find(io.netrun.resilience.bulkhead.Bulkhead.TYPE, name)
                                .orElseThrow()
                                .config()
                                .maxConcurrent())
                        .isEqualTo(4);
            }
        });
    }

    @Test
    void metersShouldBeThoseOfTheFamily() {
        runner.run(context -> {
            Shop shop = context.getBean(Shop.class);
            SimpleMeterRegistry meters = new SimpleMeterRegistry();
            new ResilienceMeters(context.getBean(ResilienceRegistry.class), KeyedMeters.FAMILY).bindTo(meters);
            shop.plain("a");
            shop.plain("b");
            assertThat(meters.get("resilience.ratelimiter.calls")
                            .tags("name", "tenant:*", "outcome", "accepted")
                            .functionCounter()
                            .count())
                    .isEqualTo(2);
            assertThat(meters.find("resilience.ratelimiter.calls")
                            .tags("name", "tenant:a")
                            .functionCounter())
                    .isNull();
        });
    }

    @Test
    void chainShouldKnowTheFamilyAndItsKey() {
        runner.run(context -> {
            Shop shop = context.getBean(Shop.class);
            shop.few(1);
            MethodPipeline few = context.getBean(MethodPipelines.class).all().stream()
                    .filter(method -> method.title().contains(".few("))
                    .findFirst()
                    .orElseThrow();
            Policy standIn = few.pipeline().policies().get(0);
            assertThat(few.linkOf(standIn).key()).isEqualTo("#number");
            assertThat(few.linkOf(standIn).family().limit()).isEqualTo(10);
            assertThat(few.linkOf(standIn).family().instances().size()).isEqualTo(1);
            assertThat(standIn.name()).isEqualTo("few");
        });
    }

    private static <P extends Policy> List<String> names(AssertableApplicationContext context, PolicyType<P, ?> type) {
        return context.getBean(ResilienceRegistry.class).all().stream()
                .filter(policy -> policy.type().equals(type))
                .map(Policy::name)
                .toList();
    }
}
