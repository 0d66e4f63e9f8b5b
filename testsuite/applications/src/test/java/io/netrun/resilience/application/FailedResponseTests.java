package io.netrun.resilience.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceHttpClientsAutoConfiguration;
import io.netrun.resilience.spring.http.ResilientRestClients;
import io.netrun.resilience.test.ManualTicker;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.http.client.JettyClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

/** A failed response whose body does not end, with the HTTP clients that an application may bring. */
@org.junit.jupiter.api.Timeout(120)
class FailedResponseTests {

    private final ManualTicker ticker = new ManualTicker();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger requests = new AtomicInteger();
    private final CountDownLatch left = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private HttpServer server;

    static Stream<ClientHttpRequestFactory> clients() {
        return Stream.of(
                new JettyClientHttpRequestFactory(),
                // By itself it makes a 503 again, and reads the first one to its end for that.
                new HttpComponentsClientHttpRequestFactory(
                        HttpClients.custom().disableAutomaticRetries().build()));
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void stop() {
        release.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    @ParameterizedTest
    @MethodSource("clients")
    void bodyThatDripsForEverShouldBeLeftAfterAWhile(ClientHttpRequestFactory client) {
        failFirstWith(1, true);
        assertThatTheCallerGoesOn(client);
        ticker.advance(Duration.ofSeconds(5));
        await().atMost(Duration.ofSeconds(60)).until(() -> left.getCount() == 0);
    }

    @ParameterizedTest
    @MethodSource("clients")
    void bodyWithoutAnEndShouldBeLeftAfterSomeBytes(ClientHttpRequestFactory client) {
        failFirstWith(64 * 1024, false);
        assertThatTheCallerGoesOn(client);
        await().atMost(Duration.ofSeconds(60)).until(() -> left.getCount() == 0);
    }

    private void failFirstWith(int length, boolean slowly) {
        server.createContext("/", exchange -> {
            if (requests.getAndIncrement() == 0) {
                exchange.sendResponseHeaders(503, 0);
                writeOn(exchange, length, slowly);
            } else {
                byte[] ok = "ok".getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, ok.length);
                exchange.getResponseBody().write(ok);
                exchange.close();
            }
        });
    }

    /** Writes until the other side has gone away. */
    private void writeOn(HttpExchange exchange, int length, boolean slowly) {
        byte[] piece = new byte[length];
        try (OutputStream body = exchange.getResponseBody()) {
            while (release.getCount() > 0) {
                body.write(piece);
                body.flush();
                if (slowly) {
                    release.await(5, TimeUnit.MILLISECONDS);
                }
            }
        } catch (IOException gone) {
            left.countDown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void assertThatTheCallerGoesOn(ClientHttpRequestFactory requestFactory) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ResilienceAutoConfiguration.class, ResilienceHttpClientsAutoConfiguration.class))
                .withBean(Ticker.class, () -> ticker)
                .withPropertyValues(
                        "resilience.retry.instances.prices.base-delay=1ms",
                        "resilience.http-clients.prices.bulkhead=prices",
                        "resilience.http-clients.prices.retry=prices")
                .run(context -> {
                    RestClient client = RestClient.builder()
                            .baseUrl("http://localhost:" + server.getAddress().getPort())
                            .requestFactory(requestFactory)
                            .apply(context.getBean(ResilientRestClients.class).client("prices"))
                            .build();
                    assertThat(client.get().uri("/").retrieve().body(String.class))
                            .isEqualTo("ok");
                    assertThat(context.getBean(ResilienceRegistry.class)
                                    .find(Bulkhead.TYPE, "prices")
                                    .orElseThrow()
                                    .metrics()
                                    .syncActive())
                            .isZero();
                });
    }
}
