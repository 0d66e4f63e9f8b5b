package io.netrun.resilience.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.netrun.resilience.Policy;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceHttpClientsAutoConfiguration;
import io.netrun.resilience.spring.http.ResilientRestClients;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.RestTemplate;

/** A {@link RestTemplate} with the interceptor, against a server. */
class RestTemplateTests {

    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ResilienceAutoConfiguration.class, ResilienceHttpClientsAutoConfiguration.class))
            .withPropertyValues(
                    "resilience.http-clients.shop.retry=shop",
                    "resilience.http-clients.shop.bulkhead=shop",
                    "resilience.http-clients.shop.circuit-breaker=shop",
                    "resilience.retry.instances.shop.base-delay=1ms",
                    "resilience.retry.instances.shop.max-attempts=3",
                    "resilience.bulkhead.instances.shop.max-concurrent=1",
                    "resilience.circuit-breaker.instances.shop.failure-threshold=50");

    /** An answer of the server. */
    private interface Answer {

        void to(HttpExchange exchange) throws IOException;
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (InputStream body = exchange.getRequestBody()) {
                requests.add(
                        exchange.getRequestMethod() + " " + new String(body.readAllBytes(), StandardCharsets.UTF_8));
            }
            Answer answer = answers.poll();
            if (answer == null) {
                status(200, "done").to(exchange);
            } else {
                answer.to(exchange);
            }
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static Answer status(int status, String text, String... headers) {
        return exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        };
    }

    /** Begins a body and drops the connection. */
    private static Answer dropped() {
        return exchange -> {
            exchange.sendResponseHeaders(200, 1_000);
            exchange.getResponseBody().write('x');
            exchange.getResponseBody().flush();
            exchange.close();
        };
    }

    private String url() {
        return "http://localhost:" + server.getAddress().getPort() + "/";
    }

    private static RestTemplate template(AssertableApplicationContext context, String factory) {
        RestTemplate template = new RestTemplate(factory(factory));
        template.getInterceptors()
                .add(context.getBean(ResilientRestClients.class).interceptor("shop"));
        return template;
    }

    private static ClientHttpRequestFactory factory(String name) {
        return switch (name) {
            case "simple" -> new SimpleClientHttpRequestFactory();
            case "jdk" -> new JdkClientHttpRequestFactory();
            default -> // it would repeat calls by itself
                new HttpComponentsClientHttpRequestFactory(
                        HttpClients.custom().disableAutomaticRetries().build());
        };
    }

    private static <P extends Policy> P find(AssertableApplicationContext context, PolicyType<P, ?> type) {
        return context.getBean(ResilienceRegistry.class).find(type, "shop").orElseThrow();
    }

    private static void assertThatNothingIsHeld(AssertableApplicationContext context) {
        assertThat(find(context, Bulkhead.TYPE).metrics().syncActive()).isZero();
    }

    private void run(ContextConsumer<AssertableApplicationContext> test, String... properties) {
        runner.withPropertyValues(properties).run(test);
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "jdk", "apache"})
    void getShouldBeRetried(String factory) {
        answers.add(status(503, "no"));
        answers.add(status(500, "no"));
        run(context -> {
            assertThat(template(context, factory).getForObject(url(), String.class))
                    .isEqualTo("done");
            assertThat(requests).containsExactly("GET ", "GET ", "GET ");
            assertThat(find(context, Retry.TYPE).metrics().totalRetries()).isEqualTo(2);
            assertThat(find(context, CircuitBreaker.TYPE).metrics().totalFailed())
                    .isEqualTo(2);
            assertThatNothingIsHeld(context);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "jdk", "apache"})
    void postShouldBeMadeOnceUnlessAskedFor(String factory) {
        answers.add(status(503, "no"));
        run(context -> {
            assertThatThrownBy(() -> template(context, factory).postForObject(url(), "tea", String.class))
                    .isInstanceOf(HttpServerErrorException.class)
                    .hasMessageContaining("503");
            assertThat(requests).containsExactly("POST tea");
            assertThat(find(context, CircuitBreaker.TYPE).metrics().totalFailed())
                    .isEqualTo(1);
            assertThatNothingIsHeld(context);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "jdk", "apache"})
    void postShouldBeRetriedWithItsBodyWhereAskedFor(String factory) {
        answers.add(status(503, "no"));
        run(
                context -> {
                    assertThat(template(context, factory).postForObject(url(), "tea", String.class))
                            .isEqualTo("done");
                    assertThat(requests).containsExactly("POST tea", "POST tea");
                    assertThatNothingIsHeld(context);
                },
                "resilience.http-clients.shop.retry-methods=GET,POST");
    }

    /** The status of the last answer is what the application sees, with its body. */
    @ParameterizedTest
    @ValueSource(strings = {"simple", "jdk", "apache"})
    void lastFailureShouldBeTheAnswerItself(String factory) {
        answers.add(status(503, "first"));
        answers.add(status(503, "second"));
        answers.add(status(503, "third"));
        run(context -> {
            assertThatThrownBy(() -> template(context, factory).getForObject(url(), String.class))
                    .isInstanceOfSatisfying(
                            HttpServerErrorException.class,
                            failure -> assertThat(failure.getResponseBodyAsString())
                                    .isEqualTo("third"));
            assertThatNothingIsHeld(context);
        });
    }

    @Test
    void retryAfterShouldDelayTheNextAttempt() {
        answers.add(status(503, "no", "Retry-After", "1"));
        run(context -> {
            Queue<Duration> delays = new ArrayDeque<>();
            find(context, Retry.TYPE)
                    .on(io.netrun.resilience.retry.RetryEvent.Retrying.class, event -> delays.add(event.delay()));
            assertThat(template(context, "simple").getForObject(url(), String.class))
                    .isEqualTo("done");
            assertThat(delays).hasSize(1);
            assertThat(delays.peek()).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        });
    }

    /** The connection of the failed answer serves the next request, since its body is read. */
    @Test
    void failedAnswerShouldBeDrained() {
        List<Integer> ports = new CopyOnWriteArrayList<>();
        answers.add(exchange -> {
            ports.add(exchange.getRemoteAddress().getPort());
            status(503, "x".repeat(10_000)).to(exchange);
        });
        answers.add(exchange -> {
            ports.add(exchange.getRemoteAddress().getPort());
            status(200, "done").to(exchange);
        });
        run(context -> {
            assertThat(template(context, "apache").getForObject(url(), String.class))
                    .isEqualTo("done");
            assertThat(ports).hasSize(2);
            assertThat(ports.get(1)).isEqualTo(ports.get(0));
        });
    }

    /** A body that breaks off fails the reader; its permit is given back. */
    @ParameterizedTest
    @ValueSource(strings = {"simple", "jdk", "apache"})
    void droppedAnswerShouldReleaseItsPermit(String factory) {
        run(context -> {
            RestTemplate template = template(context, factory);
            for (int i = 0; i < 3; i++) {
                answers.clear();
                answers.add(dropped());
                Throwable failure = catchThrowable(() -> template.getForObject(url(), String.class));
                assertThat(failure != null).isEqualTo(!factory.equals("simple")); // which takes the rest as empty
                assertThatNothingIsHeld(context);
            }
            answers.clear();
            assertThat(template.getForObject(url(), String.class)).isEqualTo("done");
        });
    }

    /** A handler that never reads the body, and one that throws. */
    @ParameterizedTest
    @ValueSource(strings = {"simple", "jdk", "apache"})
    void unreadAnswerShouldReleaseItsPermit(String factory) {
        run(context -> {
            RestTemplate template = template(context, factory);
            for (int i = 0; i < 3; i++) {
                template.execute(url(), HttpMethod.GET, null, response -> null);
                assertThatNothingIsHeld(context);
                assertThatThrownBy(() -> template.execute(url(), HttpMethod.GET, null, response -> {
                            throw new IllegalStateException("broken");
                        }))
                        .hasMessage("broken");
                assertThatNothingIsHeld(context);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "jdk", "apache"})
    void refusedConnectionShouldBeRetriedAndReleased(String factory) {
        run(context -> {
            RestTemplate template = template(context, factory);
            String gone = url();
            server.stop(0);
            assertThatThrownBy(() -> template.getForObject(gone, String.class))
                    .hasStackTraceContaining("ConnectException");
            assertThat(find(context, Retry.TYPE).metrics().totalRetries()).isEqualTo(2);
            assertThatNothingIsHeld(context);
        });
    }
}
