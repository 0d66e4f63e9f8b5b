package io.netrun.resilience.sample.shop;

import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.sample.LocalServer;
import java.util.List;
import org.springframework.stereotype.Component;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

/**
 * Reports paid orders to the bookkeepers: background work with a long backoff. No caller waits for it, so it makes ten
 * attempts, five minutes apart at most. {@code application.yml} overrides the annotation with shorter delays, so that
 * the demo ends within a minute.
 */
@Component
class SettlementJob {

    private final RestClient http;
    private final LocalServer server;
    private final OrderRepository orders;

    SettlementJob(RestClient.Builder http, LocalServer server, OrderRepository orders) {
        this.http = http.build();
        this.server = server;
        this.orders = orders;
    }

    @Retry(
            name = "settlement",
            maxAttempts = 10,
            baseDelay = "5s",
            maxDelay = "5m",
            exceptions = {ResourceAccessException.class, HttpServerErrorException.class})
    void settle() {
        List<String> unsettled = orders.unsettled();
        if (unsettled.isEmpty()) {
            return;
        }
        http.post()
                .uri(server.uri("/simulator/ledger/entries"))
                .body(unsettled)
                .retrieve()
                .toBodilessEntity();
        orders.markSettled(unsettled);
    }
}
