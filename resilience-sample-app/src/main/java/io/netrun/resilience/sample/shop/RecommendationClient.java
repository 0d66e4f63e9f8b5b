package io.netrun.resilience.sample.shop;

import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.sample.LocalServer;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;
import org.springframework.web.util.UriUtils;

/**
 * The recommendation service: an asynchronous method with all four patterns. Waiting for a retry or for a permit of the
 * bulkhead holds no thread, and the timeout fails the future.
 */
@Component
class RecommendationClient {

    private static final ParameterizedTypeReference<List<String>> NAMES = new ParameterizedTypeReference<>() {};

    private final RestClient http;
    private final LocalServer server;
    private final Executor executor;

    RecommendationClient(
            RestClient.Builder http, LocalServer server, @Qualifier("applicationTaskExecutor") Executor executor) {
        this.http = http.build();
        this.server = server;
        this.executor = executor;
    }

    @Timeout(name = "recommendations")
    @Bulkhead(name = "recommendations")
    @Retry(name = "recommendations")
    @CircuitBreaker(name = "recommendations")
    CompletableFuture<List<String>> alsoBoughtWith(String product) {
        URI uri = server.uri("/simulator/recommendations/" + UriUtils.encodePathSegment(product, "UTF-8"));
        return CompletableFuture.supplyAsync(
                        () -> http.get().uri(uri).retrieve().body(NAMES), executor)
                .thenApply(names -> names == null ? List.of() : names);
    }
}
