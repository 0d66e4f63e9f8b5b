package io.netrun.resilience.sample.shop;

import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.sample.LocalServer;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Objects;
import org.springframework.stereotype.Component;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

/**
 * The payment provider: an API client with timeout, retry and circuit breaker. The annotations define what is a
 * failure, since only code knows. {@code application.yml} sets counts and durations, since operators change them.
 */
@Component
class PaymentClient {

    private final RestClient http;
    private final LocalServer server;

    PaymentClient(RestClient.Builder http, LocalServer server) {
        this.http = http.build();
        this.server = server;
    }

    /**
     * Charges the customer. A declined card (4xx) is the provider's answer, not its failure: it is not retried, and the
     * breaker does not count it. The order's id goes along as idempotency key; without one, a charge must not be
     * retried.
     */
    @Timeout(name = "payments", message = "The payment provider took too long")
    @Retry(
            name = "payments",
            exceptions = {ResourceAccessException.class, HttpServerErrorException.class})
    @CircuitBreaker(name = "payments", ignoreExceptions = HttpClientErrorException.class)
    Receipt charge(String order, BigDecimal amount) {
        Receipt receipt = http.post()
                .uri(server.uri("/simulator/payments/charges"))
                .header("Idempotency-Key", order)
                .body(Map.of("order", order, "amount", amount))
                .retrieve()
                .body(Receipt.class);
        return Objects.requireNonNull(receipt, "receipt");
    }
}
