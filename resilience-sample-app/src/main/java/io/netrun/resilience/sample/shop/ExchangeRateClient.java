package io.netrun.resilience.sample.shop;

import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Hedge;
import io.netrun.resilience.annotation.RateLimiter;
import io.netrun.resilience.sample.LocalServer;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;
import org.springframework.web.server.ResponseStatusException;

/**
 * The exchange-rate service. The contract covers a number of calls per second, so a rate limiter enforces it. An answer
 * is slow now and then, so the hedge sends a second request. A rate of a minute ago is better than none, so the
 * fallback returns the last one.
 */
@Component
class ExchangeRateClient {

    private final RestClient http;
    private final LocalServer server;
    private final Map<Currency, BigDecimal> known = new ConcurrentHashMap<>();

    ExchangeRateClient(RestClient.Builder http, LocalServer server) {
        this.http = http.build();
        this.server = server;
    }

    @Fallback(name = "exchange-rates", method = "lastKnown")
    @RateLimiter(name = "exchange-rates")
    @Hedge(name = "exchange-rates")
    ExchangeRate rate(Currency currency) {
        ExchangeRate rate = http.get()
                .uri(server.uri("/simulator/rates/" + currency))
                .retrieve()
                .body(ExchangeRate.class);
        known.put(currency, Objects.requireNonNull(rate, "rate").rate());
        return rate;
    }

    ExchangeRate lastKnown(Currency currency, Exception failure) {
        BigDecimal rate = known.get(currency);
        if (rate == null) {
            throw new ResponseStatusException(
                    HttpStatus.SERVICE_UNAVAILABLE, "No rate of the " + currency + " is known yet", failure);
        }
        return new ExchangeRate(rate, "The last rate known: " + failure.getMessage());
    }
}
