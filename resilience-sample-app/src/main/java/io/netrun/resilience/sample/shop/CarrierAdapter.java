package io.netrun.resilience.sample.shop;

import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.sample.LocalServer;
import java.util.Objects;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

/**
 * What all carriers have in common, protection included: the annotations of this class protect the public methods of
 * its subclasses. Because they give no name, every subclass has instances of its own: {@code ParcelCarrier.quote} stays
 * closed while {@code BikeCarrier.quote} is open.
 */
@Retry(
        maxAttempts = 2,
        baseDelay = "100ms",
        exceptions = {ResourceAccessException.class, HttpServerErrorException.class})
@CircuitBreaker(failureThreshold = 4, openDuration = "1m")
abstract class CarrierAdapter {

    private final RestClient http;
    private final LocalServer server;

    CarrierAdapter(RestClient.Builder http, LocalServer server) {
        this.http = http.build();
        this.server = server;
    }

    abstract String carrier();

    public Quote quote() {
        Quote quote = http.get()
                .uri(server.uri("/simulator/" + carrier() + "/quote"))
                .retrieve()
                .body(Quote.class);
        return Objects.requireNonNull(quote, "quote");
    }
}
