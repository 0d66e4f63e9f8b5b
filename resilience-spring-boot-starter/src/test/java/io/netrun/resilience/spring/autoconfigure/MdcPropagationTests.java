package io.netrun.resilience.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.spring.http.ResilientRestClients;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.mock.http.client.MockClientHttpRequest;
import org.springframework.mock.http.client.MockClientHttpResponse;
import org.springframework.web.client.RestClient;

/** Contexts of one virtual machine that do not agree on whether calls carry the MDC. */
class MdcPropagationTests {

    private final ApplicationContextRunner carrying = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ResilienceAutoConfiguration.class, ResilienceHttpClientsAutoConfiguration.class))
            .withPropertyValues(
                    "resilience.timeout.instances.http.duration=30s",
                    "resilience.timeout.instances.http.thread=worker",
                    "resilience.http-clients.http.timeout=http")
            .withBean(Service.class);

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
