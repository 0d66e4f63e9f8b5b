package io.netrun.resilience.application;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.spring.http.ResilientWebClients;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.webclient.test.autoconfigure.WebClientTest;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

/** A slice of the application with its reactive HTTP clients alone has what protects them. */
@WebClientTest(
        properties = {"resilience.http-clients.prices.retry=prices", "resilience.retry.instances.prices.base-delay=1ms"
        })
@Import(WebClientSliceTests.PriceClient.class)
class WebClientSliceTests {

    @Autowired
    private PriceClient client;

    @Test
    void protectedClientShouldBeThereAndRetry() {
        assertThat(client.price(7)).isEqualTo("12");
        assertThat(client.requests).hasValue(2);
    }

    @SpringBootConfiguration
    static class Application {}

    static class PriceClient {

        private final AtomicInteger requests = new AtomicInteger();
        private final WebClient client;

        PriceClient(WebClient.Builder builder, ResilientWebClients clients) {
            this.client = builder.apply(clients.client("prices"))
                    .exchangeFunction(request -> Mono.just(
                            requests.incrementAndGet() == 1
                                    ? ClientResponse.create(HttpStatus.SERVICE_UNAVAILABLE)
                                            .build()
                                    : ClientResponse.create(HttpStatus.OK)
                                            .body("12")
                                            .build()))
                    .build();
        }

        String price(int id) {
            return client.get()
                    .uri("/prices/{id}", id)
                    .retrieve()
                    .bodyToMono(String.class)
                    .block(Duration.ofSeconds(30));
        }
    }
}
