package io.netrun.resilience.sample.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netrun.resilience.sample.LocalServer;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/** An HTTP client that does nothing that curl could not do. */
@Component
class Visitor {

    private final RestClient http;
    private final LocalServer server;
    private final ObjectMapper json;

    Visitor(RestClient.Builder http, LocalServer server, ObjectMapper json) {
        this.http = http.build();
        this.server = server;
        this.json = json;
    }

    Answer get(String path) {
        return send(http.get().uri(server.uri(path)));
    }

    Answer post(String path) {
        return send(http.method(HttpMethod.POST).uri(server.uri(path)));
    }

    Answer post(String path, Map<String, ?> body) {
        return send(http.post()
                .uri(server.uri(path))
                .contentType(MediaType.APPLICATION_JSON)
                .body(body));
    }

    private Answer send(RestClient.RequestHeadersSpec<?> request) {
        long start = System.nanoTime();
        return request.accept(MediaType.APPLICATION_JSON).exchangeForRequiredValue((sent, response) -> {
            JsonNode body = read(response);
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            String retryAfter = response.getHeaders().getFirst(HttpHeaders.RETRY_AFTER);
            return new Answer(
                    response.getStatusCode().value(), body, took, retryAfter == null ? 0 : Long.parseLong(retryAfter));
        });
    }

    private JsonNode read(ClientHttpResponse response) throws IOException {
        byte[] body = response.getBody().readAllBytes();
        return body.length == 0 ? json.createObjectNode() : json.readTree(body);
    }
}
