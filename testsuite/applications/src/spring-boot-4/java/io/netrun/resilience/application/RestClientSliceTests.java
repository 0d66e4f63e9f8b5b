package io.netrun.resilience.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.client.match.MockRestRequestMatchers.requestTo;
import static org.springframework.test.web.client.response.MockRestResponseCreators.withServerError;
import static org.springframework.test.web.client.response.MockRestResponseCreators.withSuccess;

import io.netrun.resilience.spring.http.ResilientRestClients;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.restclient.test.autoconfigure.RestClientTest;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.test.web.client.MockRestServiceServer;
import org.springframework.web.client.RestClient;

/** A slice of the application with its HTTP clients alone has what protects them. */
@RestClientTest(
        properties = {"resilience.http-clients.prices.retry=prices", "resilience.retry.instances.prices.base-delay=1ms"
        })
@Import(RestClientSliceTests.PriceClient.class)
class RestClientSliceTests {

    @Autowired
    private PriceClient client;

    @Autowired
    private MockRestServiceServer server;

    @Test
    void protectedClientShouldBeThereAndRetry() {
        server.expect(requestTo("/prices/7")).andRespond(withServerError());
        server.expect(requestTo("/prices/7")).andRespond(withSuccess("12", MediaType.TEXT_PLAIN));
        assertThat(client.price(7)).isEqualTo("12");
    }

    @SpringBootConfiguration
    static class Application {}

    static class PriceClient {

        private final RestClient client;

        PriceClient(RestClient.Builder builder, ResilientRestClients clients) {
            this.client = builder.apply(clients.client("prices")).build();
        }

        String price(int id) {
            return client.get().uri("/prices/{id}", id).retrieve().body(String.class);
        }
    }
}
