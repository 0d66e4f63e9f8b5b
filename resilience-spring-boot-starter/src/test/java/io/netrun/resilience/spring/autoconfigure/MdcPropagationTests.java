package io.netrun.resilience.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.spring.http.ResilientRestClients;
import io.netrun.resilience.spring.http.ResilientWebClients;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.client.circuitbreaker.CircuitBreakerFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.mock.http.client.MockClientHttpRequest;
import org.springframework.mock.http.client.MockClientHttpResponse;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Contexts of one virtual machine that do not agree on whether calls carry the MDC. */
class MdcPropagationTests {

    private final ApplicationContextRunner carrying = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ResilienceAutoConfiguration.class,
                    ResilienceHttpClientsAutoConfiguration.class,
                    ResilienceCloudAutoConfiguration.class))
            .withPropertyValues(
                    "resilience.timeout.instances.http.duration=30s",
                    "resilience.timeout.instances.http.thread=worker",
                    "resilience.retry.instances.web.base-delay=1ms",
                    "resilience.http-clients.web.retry=web",
                    "resilience.http-clients.http.timeout=http")
            .withBean(Service.class)
            .withBean(Reactive.class);

    private final ApplicationContextRunner leaving = carrying.withPropertyValues("resilience.propagate-mdc=false");

    static class Service {

        private final AtomicInteger attempts = new AtomicInteger();

        @Timeout(duration = "30s", thread = "worker")
        public String trace() {
            return String.valueOf(MDC.get("trace"));
        }

        @Timeout(duration = "30s", thread = "worker")
        @Retry(baseDelay = "1ms")
        public CompletableFuture<String> later() {
            return attempts.incrementAndGet() % 2 == 1
                    ? CompletableFuture.failedFuture(new IllegalStateException("the first"))
                    : CompletableFuture.completedFuture(String.valueOf(MDC.get("trace")));
        }
    }

    /** In the second attempt of each call, which begins on another thread. */
    static class Reactive {

        private final AtomicInteger attempts = new AtomicInteger();

        @Retry(baseDelay = "1ms")
        public Mono<String> one() {
            return Mono.defer(this::traceOfSecond);
        }

        @Retry(name = "many", baseDelay = "1ms")
        public Flux<String> many() {
            return Flux.defer(this::traceOfSecond);
        }

        @Retry(name = "each", key = "#tenant", baseDelay = "1ms")
        public Mono<String> ofKey(String tenant) {
            return Mono.defer(this::traceOfSecond);
        }

        private Mono<String> traceOfSecond() {
            return attempts.incrementAndGet() % 2 == 1
                    ? Mono.error(new IllegalStateException("the first"))
                    : Mono.just(String.valueOf(MDC.get("trace")));
        }
    }

    /** What the MDC has in each kind of call that runs on another thread. */
    private static Map<String, String> traces(ApplicationContext context) {
        Map<String, String> traces = new LinkedHashMap<>();
        Reactive reactive = context.getBean(Reactive.class);
        traces.put("Mono", reactive.one().block());
        traces.put("Flux", reactive.many().blockLast());
        traces.put("Mono of a key", reactive.ofKey("acme").block());
        traces.put("WebClient", web(context));
        traces.put(
                "Spring Cloud",
                context.getBean(CircuitBreakerFactory.class)
                        .create("http")
                        .run(() -> String.valueOf(MDC.get("trace"))));
        ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
        io.netrun.resilience.timeout.Timeout timeout =
                registry.getOrCreate(io.netrun.resilience.timeout.Timeout.TYPE, "http");
        traces.put("code", timeout.call(() -> String.valueOf(MDC.get("trace"))));
        traces.put("pipeline", Pipeline.of(timeout).call(() -> String.valueOf(MDC.get("trace"))));
        return traces;
    }

    private static String web(ApplicationContext context) {
        AtomicInteger attempts = new AtomicInteger();
        return WebClient.builder()
                .exchangeFunction(request -> Mono.fromSupplier(() -> attempts.incrementAndGet() == 1
                        ? ClientResponse.create(HttpStatus.SERVICE_UNAVAILABLE).build()
                        : ClientResponse.create(HttpStatus.OK)
                                .body(String.valueOf(MDC.get("trace")))
                                .build()))
                .apply(context.getBean(ResilientWebClients.class).client("web"))
                .build()
                .get()
                .uri("http://prices/7")
                .retrieve()
                .bodyToMono(String.class)
                .block();
    }

    @Test
    void everyKindOfCallShouldGoByItsContext() {
        run(leaving, carrying, (left, carried) -> {
            for (int again = 0; again < 2; again++) {
                assertThat(traces(left))
                        .hasSize(7)
                        .allSatisfy((kind, trace) -> assertThat(trace).isEqualTo("null"));
                assertThat(traces(carried))
                        .hasSize(7)
                        .allSatisfy((kind, trace) -> assertThat(trace).isEqualTo("abc"));
            }
        });
    }

    @Test
    void childShouldLeaveTheMdcWhereItWantsThatItself() {
        MDC.put("trace", "abc");
        carrying.run(parent -> leaving.withParent(parent).run(child -> {
            assertThat(trace(child)).isEqualTo("null");
            assertThat(http(child)).isEqualTo("null");
            assertThat(web(child)).isEqualTo("null");
            assertThat(child.getBean(Reactive.class).one().block()).isEqualTo("null");
            assertThat(traces(parent))
                    .allSatisfy((kind, trace) -> assertThat(trace).isEqualTo("abc"));
        }));
        ApplicationContextRunner wanting = carrying.withPropertyValues("resilience.propagate-mdc=true");
        leaving.run(parent -> wanting.withParent(parent)
                .run(child -> assertThat(traces(child))
                        .as("the instances are the parent's")
                        .allSatisfy((kind, trace) -> assertThat(trace).isEqualTo("null"))));
    }

    @Test
    void registryOfTheApplicationShouldGoByTheSetting() {
        MDC.put("trace", "abc");
        carrying.run(other -> leaving.withBean(ResilienceRegistry.class, ResilienceRegistry::create)
                .run(own -> assertThat(traces(own))
                        .allSatisfy((kind, trace) -> assertThat(trace).isEqualTo("null"))));
    }

    @AfterEach
    void clear() {
        MDC.clear();
    }

    private static String trace(ApplicationContext context) {
        return context.getBean(Service.class).trace();
    }

    private static String http(ApplicationContext context) {
        ClientHttpRequestFactory service = (uri, method) -> new MockClientHttpRequest(HttpMethod.GET, uri) {
            @Override
            protected ClientHttpResponse executeInternal() throws IOException {
                return new MockClientHttpResponse(
                        String.valueOf(MDC.get("trace")).getBytes(), HttpStatus.OK);
            }
        };
        return RestClient.builder()
                .requestFactory(service)
                .apply(context.getBean(ResilientRestClients.class).client("http"))
                .build()
                .get()
                .uri("http://prices/7")
                .retrieve()
                .body(String.class);
    }

    private void run(
            ApplicationContextRunner first,
            ApplicationContextRunner second,
            BiConsumer<ApplicationContext, ApplicationContext> test) {
        MDC.put("trace", "abc");
        first.run(one -> second.run(two -> test.accept(one, two)));
    }

    @Test
    void contextThatLeavesTheMdcShouldDoSoBesideOthers() {
        run(leaving, carrying, (left, carried) -> {
            for (int again = 0; again < 2; again++) {
                assertThat(trace(left)).isEqualTo("null");
                assertThat(trace(carried)).isEqualTo("abc");
                assertThat(left.getBean(Service.class).later().join()).isEqualTo("null");
                assertThat(carried.getBean(Service.class).later().join()).isEqualTo("abc");
                assertThat(http(left)).isEqualTo("null");
                assertThat(http(carried)).isEqualTo("abc");
            }
        });
    }

    @Test
    void contextThatCarriesTheMdcShouldDoSoBesideOthers() {
        run(carrying, leaving, (carried, left) -> {
            assertThat(trace(carried)).isEqualTo("abc");
            assertThat(trace(left)).isEqualTo("null");
        });
    }

    @Test
    void closedContextShouldDecideNothing() {
        MDC.put("trace", "abc");
        leaving.run(left -> assertThat(trace(left)).isEqualTo("null"));
        carrying.run(carried -> assertThat(trace(carried)).isEqualTo("abc"));
        leaving.run(left -> {
            carrying.run(carried -> assertThat(trace(carried)).isEqualTo("abc"));
            assertThat(trace(left)).isEqualTo("null");
        });
    }
}
