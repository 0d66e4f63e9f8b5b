package io.netrun.resilience.spring.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadFullException;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitOpenException;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryEvent;
import io.netrun.resilience.retry.RetryExhaustedException;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceHttpClientsAutoConfiguration;
import io.netrun.resilience.timeout.TimeoutExceededException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.http.HttpMethod;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

/** Calls of a {@code RestClient} and of a {@code RestTemplate} through policies, against a real server. */
class RestClientTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ResilienceAutoConfiguration.class, ResilienceHttpClientsAutoConfiguration.class))
            .withPropertyValues(
                    "resilience.retry.defaults.base-delay=1ms",
                    "resilience.http-clients.prices.retry=prices",
                    "resilience.http-clients.prices.circuit-breaker=prices");

    private final CountedResponses responses = new CountedResponses();
    private ScriptedServer server;

    @BeforeEach
    void start() throws Exception {
        server = new ScriptedServer();
    }

    @AfterEach
    void noResponseShouldBeLeftOpen() {
        server.close();
        await().untilAsserted(() -> assertThat(responses.open()).isZero());
    }

    private void run(BiConsumer<RestClient, ResilienceRegistry> test, String... properties) {
        runner.withPropertyValues(properties)
                .run(context -> test.accept(
                        builder()
                                .apply(context.getBean(ResilientRestClients.class)
                                        .client("prices"))
                                .build(),
                        context.getBean(ResilienceRegistry.class)));
    }

    private RestClient.Builder builder() {
        return RestClient.builder().baseUrl(server.url()).requestFactory(responses);
    }

    private static String get(RestClient client) {
        return client.get().uri("/prices/{id}", 7).retrieve().body(String.class);
    }

    private static CircuitBreaker breaker(ResilienceRegistry registry) {
        return registry.find(CircuitBreaker.TYPE, "prices").orElseThrow();
    }

    @Test
    void failingStatusShouldBeRetriedAndCountAsFailure() {
        server.answers(503, 429);
        run((client, registry) -> {
            assertThat(get(client)).isEqualTo("ok");
            assertThat(server.requests()).hasSize(3);
            assertThat(breaker(registry).metrics().totalFailed()).isEqualTo(2);
            assertThat(breaker(registry).metrics().totalSucceeded()).isEqualTo(1);
        });
    }

    @Test
    void clientThatIsProtectedTwiceShouldPassEachPolicyOnce() {
        server.answers(503, 503, 503, 503, 503, 503, 503, 503, 503);
        runner.withPropertyValues(
                        "resilience.circuit-breaker.instances.prices.failure-threshold=100",
                        "resilience.http-clients.other.retry=prices",
                        "resilience.http-clients.other.bulkhead=other")
                .run(context -> {
                    ResilientRestClients resilience = context.getBean(ResilientRestClients.class);
                    RestClient once =
                            builder().apply(resilience.client("prices")).build();
                    RestClient twice =
                            once.mutate().apply(resilience.client("prices")).build();
                    RestTemplate template = new RestTemplate(responses);
                    template.setInterceptors(
                            List.of(resilience.interceptor("prices"), resilience.interceptor("other")));
                    assertThatThrownBy(() -> get(twice)).isInstanceOf(HttpServerErrorException.class);
                    assertThat(server.requests()).hasSize(3);
                    assertThatThrownBy(() -> template.getForObject(server.url() + "/prices/7", String.class))
                            .isInstanceOf(HttpServerErrorException.class);
                    assertThat(server.requests()).hasSize(6);
                    ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
                    assertThat(breaker(registry).metrics().totalFailed()).isEqualTo(6);
                    assertThat(registry.find(Bulkhead.TYPE, "other")
                                    .orElseThrow()
                                    .metrics()
                                    .totalAccepted())
                            .isPositive();
                });
    }

    @Test
    void requestThatAnOuterInterceptorRepeatsShouldPassThePoliciesAgain() {
        server.answers(503, 503, 503, 503, 503, 503);
        runner.withPropertyValues("resilience.circuit-breaker.instances.prices.failure-threshold=100")
                .run(context -> {
                    RestClient client = builder()
                            .requestInterceptor((request, body, execution) -> {
                                execution.execute(request, body).close();
                                return execution.execute(request, body);
                            })
                            .requestInterceptors(interceptors -> interceptors.add(
                                    context.getBean(ResilientRestClients.class).interceptor("prices")))
                            .build();
                    assertThatThrownBy(() -> get(client)).isInstanceOf(HttpServerErrorException.class);
                    // Before Spring Framework 7, an interceptor can run the inner ones only once.
                    assertThat(server.requests()).hasSizeBetween(4, 6);
                });
    }

    @Test
    void lastFailingResponseShouldReachTheStatusHandlersUnread() {
        server.answers(500, 502, 503);
        run((client, registry) -> assertThatThrownBy(() -> get(client))
                .isInstanceOfSatisfying(HttpServerErrorException.class, failure -> {
                    assertThat(failure.getStatusCode().value()).isEqualTo(503);
                    assertThat(failure.getResponseBodyAsString()).isEqualTo("answered 503");
                    assertThat(failure.getResponseHeaders().getFirst("X-Status"))
                            .isEqualTo("503");
                }));
    }

    @Test
    void lastFailingResponseShouldReachTheCallerWithRethrowToo() {
        server.answers(500, 502, 503);
        run(
                (client, registry) -> assertThatThrownBy(() -> get(client))
                        .isInstanceOf(HttpServerErrorException.ServiceUnavailable.class),
                "resilience.retry.instances.prices.on-exhausted=rethrow");
    }

    @Test
    void failingResponseWithoutRetryShouldReachTheCallerAndCount() {
        server.answers(503);
        runner.run(context -> {
            RestClient client = builder()
                    .apply(context.getBean(ResilientRestClients.class).client(spec -> spec.circuitBreaker("own")))
                    .build();
            assertThatThrownBy(() -> get(client)).isInstanceOf(HttpServerErrorException.ServiceUnavailable.class);
            assertThat(context.getBean(ResilienceRegistry.class)
                            .find(CircuitBreaker.TYPE, "own")
                            .orElseThrow()
                            .metrics()
                            .totalFailed())
                    .isEqualTo(1);
        });
    }

    @Test
    void otherStatusShouldBeASuccessToThePolicies() {
        server.answers(404);
        run((client, registry) -> {
            Integer status = client.get()
                    .uri("/")
                    .exchange((request, response) -> response.getStatusCode().value());
            assertThat(status).isEqualTo(404);
            assertThat(server.requests()).hasSize(1);
            assertThat(breaker(registry).metrics().totalSucceeded()).isEqualTo(1);
        });
    }

    @Test
    void configuredStatusesShouldDecide() {
        server.answers(404, 500);
        run(
                (client, registry) -> {
                    assertThatThrownBy(() -> get(client)).isInstanceOf(HttpServerErrorException.class);
                    assertThat(server.requests()).hasSize(2);
                },
                "resilience.http-clients.prices.failure-statuses=404");
    }

    @Test
    void intermediateResponseShouldBeClosedBeforeTheWait() {
        server.answers(503);
        run((client, registry) -> {
            List<Integer> open = new ArrayList<>();
            registry.find(Retry.TYPE, "prices")
                    .orElseThrow()
                    .on(RetryEvent.Retrying.class, event -> open.add(responses.open()));
            get(client);
            assertThat(open).containsExactly(0);
        });
    }

    @Test
    void postAndPatchShouldNotBeRetriedUnlessAsked() {
        server.answers(503, 503);
        run((client, registry) -> {
            for (HttpMethod method : List.of(HttpMethod.POST, HttpMethod.PATCH)) {
                assertThatThrownBy(() -> client.method(method)
                                .uri("/")
                                .body("order")
                                .retrieve()
                                .toBodilessEntity())
                        .isInstanceOf(HttpServerErrorException.ServiceUnavailable.class);
            }
            assertThat(server.requests()).hasSize(2);
            assertThat(breaker(registry).metrics().totalFailed()).isEqualTo(2);
        });
    }

    @Test
    void askedForMethodShouldBeRetriedWithItsBody() {
        server.answers(503);
        run(
                (client, registry) -> {
                    client.post().uri("/").body("order").retrieve().toBodilessEntity();
                    assertThat(server.requests())
                            .extracting(ScriptedServer.Request::body)
                            .containsExactly("order", "order");
                },
                "resilience.http-clients.prices.retry-methods=GET,POST");
    }

    @Test
    void retryAfterShouldLengthenTheWait() {
        server.answers(exchange -> {
            exchange.getResponseHeaders().add("Retry-After", "1");
            ScriptedServer.answer(exchange, 429, "slow down");
        });
        run((client, registry) -> {
            List<Duration> waits = new ArrayList<>();
            registry.find(Retry.TYPE, "prices")
                    .orElseThrow()
                    .on(RetryEvent.Retrying.class, event -> waits.add(event.delay()));
            assertThat(get(client)).isEqualTo("ok");
            assertThat(waits).containsExactly(Duration.ofSeconds(1));
        });
    }

    @Test
    void ioErrorShouldBeRetriedAndEndAsTheRetryIsConfigured() {
        server.close();
        run((client, registry) -> assertThatThrownBy(() -> get(client))
                .isInstanceOfSatisfying(
                        RetryExhaustedException.class,
                        exhausted -> assertThat(exhausted.attempts()).isEqualTo(3))
                .hasCauseInstanceOf(IOException.class));
        run(
                (client, registry) -> assertThatThrownBy(() -> get(client)).isInstanceOf(ResourceAccessException.class),
                "resilience.retry.instances.prices.on-exhausted=rethrow");
    }

    @Test
    void rejectionShouldReachTheCallerAsItIs() {
        run((client, registry) -> {
            breaker(registry).forceOpen();
            assertThatThrownBy(() -> get(client)).isExactlyInstanceOf(CircuitOpenException.class);
            assertThat(server.requests()).isEmpty();
        });
    }

    @Test
    void responseThatComesAfterTheTimeLimitShouldBeClosed() {
        CountDownLatch late = new CountDownLatch(1);
        server.answers(exchange -> {
            awaitUninterruptibly(late);
            ScriptedServer.answer(exchange, 200, "late");
        });
        run(
                (client, registry) -> {
                    assertThatThrownBy(() -> get(client)).isExactlyInstanceOf(TimeoutExceededException.class);
                    late.countDown();
                    await().untilAsserted(() -> assertThat(responses.received()).isEqualTo(1));
                },
                "resilience.http-clients.prices.timeout=prices",
                "resilience.timeout.instances.prices.duration=100ms",
                "resilience.timeout.instances.prices.interrupt=false");
    }

    @Test
    void loserOfAHedgeShouldBeClosed() {
        CountDownLatch late = new CountDownLatch(1);
        server.answers(exchange -> {
            awaitUninterruptibly(late);
            ScriptedServer.answer(exchange, 200, "late");
        });
        run(
                (client, registry) -> {
                    assertThat(get(client)).isEqualTo("ok");
                    late.countDown();
                },
                "resilience.http-clients.prices.hedge=prices",
                "resilience.hedge.instances.prices.delay=50ms");
    }

    @Test
    void slowPostShouldNotBeHedgedUnlessIdempotent() {
        server.answers(exchange -> {
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
            ScriptedServer.answer(exchange, 200, "slow");
        });
        run(
                (client, registry) -> {
                    assertThat(client.post().uri("/").body("order").retrieve().body(String.class))
                            .isEqualTo("slow");
                    assertThat(server.requests()).hasSize(1);
                },
                "resilience.http-clients.prices.hedge=prices",
                "resilience.http-clients.prices.retry-methods=GET,POST",
                "resilience.hedge.instances.prices.delay=1ms");
    }

    @Test
    void idempotentPostShouldBeHedgedWithItsBody() {
        CountDownLatch late = new CountDownLatch(1);
        server.answers(exchange -> {
            awaitUninterruptibly(late);
            ScriptedServer.answer(exchange, 200, "late");
        });
        run(
                (client, registry) -> {
                    assertThat(client.post().uri("/").body("order").retrieve().body(String.class))
                            .isEqualTo("ok");
                    assertThat(server.requests())
                            .extracting(ScriptedServer.Request::body)
                            .containsExactly("order", "order");
                    late.countDown();
                },
                "resilience.http-clients.prices.hedge=prices",
                "resilience.http-clients.prices.idempotent=true",
                "resilience.hedge.instances.prices.delay=50ms");
    }

    @Test
    void conflictOfAHedgedPostShouldNotWinIfItIsAFailure() {
        CountDownLatch conflict = new CountDownLatch(1);
        server.answers(exchange -> {
            awaitUninterruptibly(conflict);
            ScriptedServer.answer(exchange, 200, "first");
        });
        server.answers(exchange -> {
            ScriptedServer.answer(exchange, 409, "in progress");
            conflict.countDown();
        });
        run(
                (client, registry) -> assertThat(
                                client.post().uri("/").retrieve().body(String.class))
                        .isEqualTo("first"),
                "resilience.http-clients.prices.hedge=prices",
                "resilience.http-clients.prices.idempotent=true",
                "resilience.http-clients.prices.failure-statuses=5xx,429,409",
                "resilience.hedge.instances.prices.delay=50ms");
    }

    @Test
    void permitShouldBeReleasedOnceTheHeadersAreThere() {
        run(
                (client, registry) -> {
                    Bulkhead bulkhead = registry.find(Bulkhead.TYPE, "prices").orElseThrow();
                    client.get().uri("/").exchange((request, response) -> {
                        assertThat(bulkhead.metrics().syncActive()).isZero();
                        assertThat(response.getBody()).hasContent("ok");
                        return true;
                    });
                    assertThat(bulkhead.metrics().totalAccepted()).isEqualTo(1);
                },
                "resilience.http-clients.prices.bulkhead=prices");
    }

    @Test
    void fullBulkheadShouldReject() {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        server.answers(exchange -> {
            inside.countDown();
            awaitUninterruptibly(leave);
            ScriptedServer.answer(exchange, 200, "slow");
        });
        run(
                (client, registry) -> {
                    Thread first = new Thread(() -> get(client));
                    first.start();
                    awaitUninterruptibly(inside);
                    assertThatThrownBy(() -> get(client)).isExactlyInstanceOf(BulkheadFullException.class);
                    leave.countDown();
                    await().until(() -> !first.isAlive());
                },
                "resilience.http-clients.prices.bulkhead=prices",
                "resilience.bulkhead.instances.prices.max-concurrent=1",
                "resilience.bulkhead.instances.prices.max-queue=0");
    }

    @Test
    void interruptDuringADelayShouldEndWithTheFailure() {
        server.answers(503);
        run(
                (client, registry) -> {
                    Thread caller = Thread.currentThread();
                    registry.find(Retry.TYPE, "prices")
                            .orElseThrow()
                            .on(RetryEvent.Retrying.class, event -> caller.interrupt());
                    assertThatThrownBy(() -> get(client))
                            .isInstanceOf(ResourceAccessException.class)
                            .hasCauseInstanceOf(FailingStatusException.class);
                    assertThat(Thread.interrupted()).isTrue();
                },
                "resilience.retry.instances.prices.base-delay=30s");
    }

    @Test
    void whatInterceptorsFurtherInAddShouldBeInEveryAttemptOnce() {
        server.answers(503);
        runner.run(context -> {
            RestClient client = builder()
                    .apply(context.getBean(ResilientRestClients.class).client("prices"))
                    .requestInterceptor((request, body, execution) -> {
                        request.getHeaders().add("X-Token", "secret");
                        return execution.execute(request, body);
                    })
                    .build();
            assertThat(get(client)).isEqualTo("ok");
            assertThat(server.requests())
                    .hasSize(2)
                    .allSatisfy(request ->
                            assertThat(request.headers().get("X-token")).containsExactly("secret"));
        });
    }

    @Test
    void restTemplateShouldBeProtectedByTheSameInterceptor() {
        server.answers(503);
        runner.run(context -> {
            RestTemplate template = new RestTemplate(responses);
            template.setInterceptors(
                    List.of(context.getBean(ResilientRestClients.class).interceptor("prices")));
            assertThat(template.getForObject(server.url() + "/{id}", String.class, 7))
                    .isEqualTo("ok");
            assertThat(server.requests()).hasSize(2);
        });
    }

    @Test
    void requestsShouldMakeNoInstances() {
        run((client, registry) -> {
            int before = registry.all().size();
            for (int i = 0; i < 5; i++) {
                client.get().uri("/hosts/{id}?q={q}", i, i).retrieve().body(String.class);
            }
            assertThat(registry.all()).hasSize(before);
        });
    }

    @Test
    void switchedOffInstanceShouldNotTakePart() {
        server.answers(503);
        run(
                (client, registry) -> {
                    assertThatThrownBy(() -> get(client)).isInstanceOf(HttpServerErrorException.class);
                    assertThat(server.requests()).hasSize(1);
                },
                "resilience.retry.instances.prices.enabled=false");
    }

    @Test
    void clientShouldWorkUnprotectedWhereEverythingIsSwitchedOff() {
        server.answers(503);
        runner.withPropertyValues("resilience.enabled=false").run(context -> {
            RestClient client = builder()
                    .apply(context.getBean(ResilientRestClients.class).client("prices"))
                    .build();
            assertThatThrownBy(() -> get(client)).isInstanceOf(HttpServerErrorException.class);
            assertThat(server.requests()).hasSize(1);
        });
    }

    @Test
    void manyThreadsShouldLeaveNoResponseOpen() throws Exception {
        AtomicInteger turn = new AtomicInteger();
        for (int i = 0; i < 400; i++) {
            server.answers(exchange ->
                    ScriptedServer.answer(exchange, turn.getAndIncrement() % 3 == 0 ? 503 : 200, "answered"));
        }
        run(
                (client, registry) -> {
                    List<Thread> threads = new ArrayList<>();
                    for (int i = 0; i < 8; i++) {
                        Thread thread = new Thread(() -> {
                            for (int call = 0; call < 25; call++) {
                                client.get().uri("/").exchange((request, response) -> 1);
                            }
                        });
                        threads.add(thread);
                        thread.start();
                    }
                    await().until(() -> threads.stream().noneMatch(Thread::isAlive));
                    assertThat(responses.received()).isGreaterThan(200);
                },
                "resilience.http-clients.prices.circuit-breaker=unused",
                "resilience.circuit-breaker.instances.unused.enabled=false",
                "resilience.http-clients.prices.hedge=prices",
                "resilience.hedge.instances.prices.delay=1ms");
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
