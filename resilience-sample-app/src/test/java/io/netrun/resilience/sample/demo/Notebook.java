package io.netrun.resilience.sample.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netrun.resilience.sample.LocalServer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.web.client.RestClient;

/** A pace without pauses that records the endpoint and the meters after each chapter. */
final class Notebook implements Pace {

    private final RestClient http;
    private final LocalServer server;
    private final ObjectMapper json;
    private final Map<String, Page> pages = new ConcurrentHashMap<>();

    Notebook(RestClient.Builder http, LocalServer server, ObjectMapper json) {
        this.http = http.build();
        this.server = server;
        this.json = json;
    }

    @Override
    public void afterStep() {}

    @Override
    public void afterChapter(String title) {
        pages.put(title, look());
    }

    Page after(String title) {
        return Optional.ofNullable(pages.get(title))
                .orElseThrow(() -> new AssertionError("No chapter '" + title + "' was played, but " + pages.keySet()));
    }

    /** Records endpoint and meters as they are now. */
    Page look() {
        try {
            return new Page(
                    json.readTree(get("/actuator/resilience")),
                    get("/actuator/prometheus").lines().toList());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private String get(String path) {
        String body = http.get().uri(server.uri(path)).retrieve().body(String.class);
        return Optional.ofNullable(body).orElseThrow();
    }

    /**
     * A recorded state.
     *
     * @param meters lines in the text format of Prometheus
     */
    record Page(JsonNode endpoint, List<String> meters) {

        JsonNode breaker(String name) {
            return instance("circuitBreakers", name);
        }

        JsonNode bulkhead(String name) {
            return instance("bulkheads", name);
        }

        JsonNode retry(String name) {
            return instance("retries", name);
        }

        JsonNode rateLimiter(String name) {
            return instance("rateLimiters", name);
        }

        JsonNode hedge(String name) {
            return instance("hedges", name);
        }

        JsonNode fallback(String name) {
            return instance("fallbacks", name);
        }

        JsonNode timeout(String name) {
            return instance("timeouts", name);
        }

        /** The value of the one meter of this name with all these tags. */
        double meter(String name, String... tags) {
            List<String> found = meters.stream()
                    .filter(line -> line.startsWith(name + "{")
                            && List.of(tags).stream().allMatch(line::contains))
                    .toList();
            if (found.size() != 1) {
                throw new AssertionError("Not one " + name + " with " + List.of(tags) + ", but " + found);
            }
            String line = found.get(0);
            return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
        }

        private JsonNode instance(String section, String name) {
            JsonNode instance = endpoint.path(section).path(name);
            if (instance.isMissingNode()) {
                throw new AssertionError("No '" + name + "' among the " + section + ": " + endpoint.path(section));
            }
            return instance;
        }
    }
}
