package io.netrun.resilience.spring.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.spring.HandTicker;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceHttpClientsAutoConfiguration;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.mock.http.client.MockClientHttpRequest;
import org.springframework.mock.http.client.MockClientHttpResponse;
import org.springframework.web.client.RestClient;

/** A failed response that nobody reads: whatever its body and its {@code close()} do, the caller goes on. */
@org.junit.jupiter.api.Timeout(120)
class ResponseDrainTests {

    private static final Duration LONG = Duration.ofSeconds(60);

    private final HandTicker ticker = new HandTicker();
    private final CountDownLatch left = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private ScriptedServer server;

    @BeforeEach
    void start() throws Exception {
        server = new ScriptedServer();
    }

    @AfterEach
    void stop() {
        release.countDown();
        server.close();
    }

    static Stream<ClientHttpRequestFactory> clients() {
        return Stream.of(new JdkClientHttpRequestFactory(), new SimpleClientHttpRequestFactory());
    }

    private void assertThatTheCallerGoesOn(ClientHttpRequestFactory requests, Runnable afterwards) {
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
                            .baseUrl(server.url())
                            .requestFactory(requests)
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
                    afterwards.run();
                });
    }

    /** Writes until the other side has gone away. */
    private void writeOn(HttpExchange exchange, int length, boolean slowly) throws IOException {
        exchange.sendResponseHeaders(503, 0);
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

    private void awaitThatTheServerIsLeft() {
        await().atMost(LONG).until(() -> left.getCount() == 0);
    }

    @ParameterizedTest
    @MethodSource("clients")
    void bodyThatDripsForEverShouldBeLeftAfterAWhile(ClientHttpRequestFactory requests) {
        server.answers(exchange -> writeOn(exchange, 1, true));
        assertThatTheCallerGoesOn(requests, () -> {
            ticker.pass(Responses.LONGEST_RELEASE);
            awaitThatTheServerIsLeft();
        });
    }

    @ParameterizedTest
    @MethodSource("clients")
    void bodyWithoutAnEndShouldBeLeftAfterSomeBytes(ClientHttpRequestFactory requests) {
        server.answers(exchange -> writeOn(exchange, 64 * 1024, false));
        assertThatTheCallerGoesOn(requests, this::awaitThatTheServerIsLeft);
    }

    @ParameterizedTest
    @MethodSource("clients")
    void bodyThatNeverComesShouldBeLeftAfterAWhile(ClientHttpRequestFactory requests) {
        CountDownLatch begun = new CountDownLatch(1);
        server.answers(exchange -> {
            exchange.sendResponseHeaders(503, 0);
            exchange.getResponseBody().flush();
            begun.countDown();
            awaitQuietly(release);
            exchange.close();
        });
        assertThatTheCallerGoesOn(requests, () -> ticker.pass(Responses.LONGEST_RELEASE));
        awaitQuietly(begun);
    }

    @ParameterizedTest
    @MethodSource("clients")
    void smallBodyShouldBeReadSoThatTheConnectionServesAgain(ClientHttpRequestFactory requests) {
        List<Integer> ports = new CopyOnWriteArrayList<>();
        for (int status : new int[] {503, 200}) {
            server.answers(exchange -> {
                ports.add(exchange.getRemoteAddress().getPort());
                ScriptedServer.answer(exchange, status, "ok");
            });
        }
        assertThatTheCallerGoesOn(requests, () -> assertThat(ports).hasSize(2));
        if (!(requests instanceof SimpleClientHttpRequestFactory)) { // that one may still be cleaning it
            assertThat(ports.get(0)).isEqualTo(ports.get(1));
        }
    }

    @Test
    void closeThatBlocksShouldHoldNobody() {
        Scripted responses = new Scripted(() -> awaitQuietly(release));
        assertThatTheCallerGoesOn(responses, () -> ticker.pass(Responses.LONGEST_RELEASE));
    }

    @Test
    void closeThatThrowsShouldChangeNothing() {
        assertThatTheCallerGoesOn(
                new Scripted(() -> {
                    throw new AssertionError("close");
                }),
                () -> {});
    }

    @Test
    void bodyThatCannotBeReadShouldStillBeClosed() {
        Scripted responses = new Scripted(left::countDown) {
            @Override
            InputStream body() throws IOException {
                throw new IOException("body");
            }
        };
        assertThatTheCallerGoesOn(responses, this::awaitThatTheServerIsLeft);
    }

    @Test
    void readThatBlocksShouldBeInterruptedAndItsResponseClosed() {
        CountDownLatch reading = new CountDownLatch(1);
        Scripted responses = new Scripted(left::countDown) {
            @Override
            InputStream body() {
                return new InputStream() {
                    @Override
                    public int read() throws IOException {
                        reading.countDown();
                        try {
                            release.await();
                        } catch (InterruptedException e) {
                            throw new IOException(e);
                        }
                        return -1;
                    }
                };
            }
        };
        assertThatTheCallerGoesOn(responses, () -> {
            awaitQuietly(reading);
            ticker.pass(Responses.LONGEST_RELEASE);
            awaitThatTheServerIsLeft();
        });
    }

    @Test
    void bodyShouldNotBeReadWhereNothingCouldEndThat() {
        CountDownLatch aborted = new CountDownLatch(1);
        ResponseDrain drain = new ResponseDrain(new Ticker() {
            @Override
            public long nanoTime() {
                return 0;
            }

            @Override
            public Instant now() {
                return Instant.EPOCH;
            }

            @Override
            public void sleep(long nanos) {}

            @Override
            public Scheduled schedule(Runnable task, long delayNanos) {
                throw new OutOfMemoryError("no thread");
            }
        });
        drain.accept(new MockClientHttpResponse(new byte[0], 503) {
            @Override
            public InputStream getBody() {
                return new InputStream() {
                    @Override
                    public int read() {
                        throw new AssertionError("read");
                    }

                    @Override
                    public void close() {
                        aborted.countDown();
                    }
                };
            }

            @Override
            public void close() {
                left.countDown();
            }
        });
        awaitThatTheServerIsLeft();
        assertThat(aborted.getCount()).isZero();
    }

    @Test
    void drainShouldReleaseAllThatComeAtOnce() {
        ResponseDrain drain = new ResponseDrain(ticker);
        CountDownLatch closed = new CountDownLatch(300);
        for (int i = 0; i < 300; i++) {
            drain.accept(new MockClientHttpResponse(new byte[0], 503) {
                @Override
                public InputStream getBody() {
                    return new InputStream() {
                        @Override
                        public int read() throws IOException {
                            awaitQuietly(release);
                            return -1;
                        }
                    };
                }

                @Override
                public void close() {
                    closed.countDown();
                }
            });
        }
        await().atMost(LONG).until(() -> closed.getCount() <= 100); // the others are not read
        release.countDown();
        await().atMost(LONG).until(() -> closed.getCount() == 0);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** First a failed response, then a good one, without a server. */
    private static class Scripted implements ClientHttpRequestFactory {

        private final Runnable onClose;
        private int made;

        Scripted(Runnable onClose) {
            this.onClose = onClose;
        }

        InputStream body() throws IOException {
            return InputStream.nullInputStream();
        }

        @Override
        public ClientHttpRequest createRequest(URI uri, HttpMethod method) {
            MockClientHttpRequest request = new MockClientHttpRequest(method, uri);
            request.setResponse(made++ == 0 ? failed() : new MockClientHttpResponse("ok".getBytes(), 200));
            return request;
        }

        private ClientHttpResponse failed() {
            return new MockClientHttpResponse(new byte[0], 503) {
                @Override
                public InputStream getBody() throws IOException {
                    return body();
                }

                @Override
                public void close() {
                    onClose.run();
                }
            };
        }
    }
}
