package io.netrun.resilience.spring.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceHttpClientsAutoConfiguration;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.SpringVersion;
import org.springframework.http.HttpRequest;
import org.springframework.http.HttpStatus;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.support.HttpRequestWrapper;
import org.springframework.mock.http.client.MockClientHttpRequest;
import org.springframework.mock.http.client.MockClientHttpResponse;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

/**
 * Which instance of a service the attempts of a call go to, where interceptor and filter replace the name of a service
 * by the host of its next instance, as those of Spring Cloud's load balancer do.
 */
class LoadBalancedClientTests {

    private final AtomicInteger turn = new AtomicInteger();
    private final List<String> hosts = new CopyOnWriteArrayList<>();

    private URI next(URI service) {
        return URI.create("http://" + service.getHost() + "-" + turn.incrementAndGet() + service.getPath());
    }

    private final ClientHttpRequestInterceptor balancer =
            (request, body, execution) -> execution.execute(to(request, next(request.getURI())), body);

    private final ExchangeFilterFunction balancingFilter = (request, next) ->
            next.exchange(ClientRequest.from(request).url(next(request.url())).build());

    /** The first instance is down. */
    private HttpStatus answer(URI uri) {
        hosts.add(uri.getHost());
        return uri.getHost().equals("prices-1") ? HttpStatus.SERVICE_UNAVAILABLE : HttpStatus.OK;
    }

    private static HttpRequest to(HttpRequest request, URI uri) {
        return new HttpRequestWrapper(request) {
            @Override
            public URI getURI() {
                return uri;
            }
        };
    }

    private final ClientHttpRequestFactory service = (uri, method) -> {
        MockClientHttpRequest request = new MockClientHttpRequest(method, uri);
        request.setResponse(new MockClientHttpResponse(new byte[0], answer(uri)));
        return request;
    };

    private void run(BiConsumer<ResilientRestClients, ResilientWebClients> test) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ResilienceAutoConfiguration.class, ResilienceHttpClientsAutoConfiguration.class))
                .withPropertyValues(
                        "resilience.retry.defaults.base-delay=1ms", "resilience.http-clients.prices.retry=prices")
                .run(context -> test.accept(
                        context.getBean(ResilientRestClients.class), context.getBean(ResilientWebClients.class)));
    }

    private RestClient.Builder balanced() {
        return RestClient.builder().requestFactory(service).requestInterceptor(balancer);
    }

    private static int status(RestClient.Builder builder) {
        return builder.build()
                .get()
                .uri("http://prices/7")
                .exchange((request, response) -> response.getStatusCode().value());
    }

    @Test
    void attemptsInsideOfTheBalancerShouldGoToOneInstance() {
        run((restClients, webClients) -> {
            assertThat(status(balanced().apply(restClients.client("prices")))).isEqualTo(503);
            assertThat(hosts).hasSize(3).containsOnly("prices-1");
        });
    }

    @Test
    void attemptsAroundTheBalancerShouldChooseAgain() {
        assumeThat(SpringVersion.getVersion()).doesNotStartWith("6."); // its interceptors run once per call
        run((restClients, webClients) -> {
            assertThat(status(balanced().requestInterceptors(all -> all.add(0, restClients.interceptor("prices")))))
                    .isEqualTo(200);
            assertThat(hosts).containsExactly("prices-1", "prices-2");
        });
    }

    @Test
    void attemptsAroundABalancingFilterShouldChooseAgain() {
        run((restClients, webClients) -> {
            WebClient client = WebClient.builder()
                    .exchangeFunction(request -> Mono.just(
                            ClientResponse.create(answer(request.url())).build()))
                    .filter(balancingFilter)
                    .filters(all -> all.add(0, webClients.filter("prices")))
                    .build();
            assertThat(client.get()
                            .uri("http://prices/7")
                            .retrieve()
                            .toBodilessEntity()
                            .block(Duration.ofSeconds(30))
                            .getStatusCode())
                    .isEqualTo(HttpStatus.OK);
            assertThat(hosts).containsExactly("prices-1", "prices-2");
        });
    }
}
