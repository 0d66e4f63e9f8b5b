package io.netrun.resilience.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.net.httpserver.HttpServer;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.http.ResilientRestClients;
import io.netrun.resilience.spring.http.ResilientWebClients;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.SpringVersion;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

/** Protected clients of a service with two instances, one of which fails, behind Spring Cloud's load balancer. */
class LoadBalancerTests {

    private static final String URI = "http://prices/7";

    @RegisterExtension
    final FailingServer down = new FailingServer();

    private HttpServer up;
    private ConfigurableApplicationContext context;

    @BeforeEach
    void start() throws IOException {
        up = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        up.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        up.start();
        context = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .properties(
                        "spring.cloud.gateway.enabled=false",
                        "spring.cloud.gateway.server.webflux.enabled=false",
                        "spring.cloud.discovery.client.simple.instances.prices[0].uri=" + down.url(),
                        "spring.cloud.discovery.client.simple.instances.prices[1].uri=http://localhost:"
                                + up.getAddress().getPort(),
                        "resilience.retry.defaults.base-delay=1ms",
                        "resilience.http-clients.prices.retry=prices")
                .run();
    }

    @AfterEach
    void stop() {
        context.close();
        up.stop(0);
    }

    /** The balancer alternates, so that one of two calls begins with the instance that fails. */
    private static List<Integer> twice(IntSupplier call) {
        List<Integer> statuses = new ArrayList<>();
        statuses.add(call.getAsInt());
        statuses.add(call.getAsInt());
        return statuses;
    }

    private static int status(RestClient client) {
        return client.get()
                .uri(URI)
                .exchange((request, response) -> response.getStatusCode().value());
    }

    private static int status(WebClient client) {
        return client.get()
                .uri(URI)
                .exchangeToMono(response -> response.releaseBody()
                        .then(Mono.just(response.statusCode().value())))
                .block(Duration.ofSeconds(30));
    }

    @Test
    void restClientProtectedInsideShouldStayWithOneInstance() {
        RestClient client = context.getBean(RestClient.Builder.class)
                .apply(context.getBean(ResilientRestClients.class).client("prices"))
                .build();
        assertThat(twice(() -> status(client))).containsExactlyInAnyOrder(200, 503);
        assertThat(down.requests()).isEqualTo(3);
    }

    @Test
    void restClientProtectedOutsideShouldChooseAgain() {
        assumeThat(SpringVersion.getVersion()).doesNotStartWith("6."); // its interceptors run once per call
        RestClient client = context.getBean(RestClient.Builder.class)
                .requestInterceptors(all ->
                        all.add(0, context.getBean(ResilientRestClients.class).interceptor("prices")))
                .build();
        assertThat(twice(() -> status(client))).containsExactly(200, 200);
        assertThat(down.requests()).isPositive();
    }

    @Test
    void webClientProtectedInsideShouldStayWithOneInstance() {
        WebClient client = context.getBean(WebClient.Builder.class)
                .apply(context.getBean(ResilientWebClients.class).client("prices"))
                .build();
        assertThat(twice(() -> status(client))).containsExactlyInAnyOrder(200, 503);
        assertThat(down.requests()).isEqualTo(3);
    }

    @Test
    void webClientProtectedOutsideShouldChooseAgain() {
        WebClient client = context.getBean(WebClient.Builder.class)
                .filters(all ->
                        all.add(0, context.getBean(ResilientWebClients.class).filter("prices")))
                .build();
        assertThat(twice(() -> status(client))).containsExactly(200, 200);
        assertThat(down.requests()).isPositive();
    }

    @Test
    void retriedMethodShouldChooseAgain() {
        Prices prices = context.getBean(Prices.class);
        assertThat(twice(prices::status)).containsExactly(200, 200);
        assertThat(down.requests()).isPositive();
    }

    static class Prices {

        private final RestClient client;

        Prices(RestClient.Builder builder) {
            this.client = builder.build();
        }

        @Retry(name = "method", exceptions = HttpServerErrorException.class)
        public int status() {
            return client.get()
                    .uri(URI)
                    .retrieve()
                    .toBodilessEntity()
                    .getStatusCode()
                    .value();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        @LoadBalanced
        RestClient.Builder balanced() {
            // Apache's client would repeat requests by itself.
            return RestClient.builder().requestFactory(new SimpleClientHttpRequestFactory());
        }

        @Bean
        @LoadBalanced
        WebClient.Builder balancedWeb() {
            return WebClient.builder();
        }

        @Bean
        Prices prices(RestClient.Builder balanced) {
            return new Prices(balanced.clone());
        }
    }
}
