package io.netrun.resilience.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;

/** What comes of requests that mean no good, over HTTP. */
@SpringBootTest(
        classes = EndpointSecurityTests.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "management.endpoints.web.exposure.include=resilience",
            "management.endpoint.resilience.access=unrestricted"
        })
class EndpointSecurityTests {

    private static final String LONG = "x".repeat(10_000);
    private static final String SCRIPT = "<script>alert(1)</script>";

    @LocalServerPort
    private int port;

    @Autowired
    private ResilienceRegistry registry;

    private final HttpClient http = HttpClient.newHttpClient();
    private Bulkhead reports;
    private BulkheadConfig before;
    private List<String> names;

    @BeforeEach
    void remember() {
        reports = registry.getOrCreate(Bulkhead.TYPE, "reports");
        registry.getOrCreate(CircuitBreaker.TYPE, "a/b " + SCRIPT);
        before = reports.config();
        names = registry.all().stream().map(Policy::name).toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%00",
                "%0d%0aSet-Cookie:%20a=b",
                "%2e%2e",
                "%2e%2e%2f%2e%2e%2fenv",
                "..%5c..%5c",
                "reports%00",
                "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
                "%F0%9F%A6%AB",
                "%25%32%65",
                "reports%20"
            })
    void oddNameShouldBeRejectedAndCreateNothing(String name) throws Exception {
        HttpResponse<String> answer = get("/resilience/bulkhead/" + name);
        assertThat(answer.statusCode()).isBetween(400, 499);
        assertThat(answer.headers().map()).doesNotContainKey("set-cookie");
        assertHarmless(answer);
        assertNothingChanged();
    }

    @Test
    void nameOfTenKilobytesShouldBeRejected() throws Exception {
        HttpResponse<String> answer = get("/resilience/bulkhead/" + LONG);
        assertThat(answer.statusCode()).isBetween(400, 499);
        assertNothingChanged();
    }

    @Test
    void unknownNameShouldBe404() throws Exception {
        assertThat(get("/resilience/bulkhead/repots").statusCode()).isEqualTo(404);
        assertThat(get("/resilience/bulkheads/reports").statusCode()).isEqualTo(404);
        assertThat(post("/resilience/bulkhead/repots", "application/json", "{\"settings\": \"maxConcurrent=1\"}")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void nameWithMarkupShouldComeBackAsJson() throws Exception {
        HttpResponse<String> answer = get("/resilience");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).contains("json");
        assertThat(answer.body()).contains("alert(1)");
    }

    static Stream<String> badBodies() {
        return Stream.of(
                "",
                "null",
                "[]",
                "\"reset\"",
                "{",
                "{}",
                "{\"action\": {\"a\": 1}}",
                "{\"action\": [\"reset\"]}",
                "{\"action\": \"" + SCRIPT + "\"}",
                "{\"action\": \"" + LONG + "\"}",
                "{\"settings\": \"" + LONG + "\"}",
                "{\"settings\": \"maxConcurrent=" + LONG + "\"}",
                "{\"settings\": \"maxConcurrent=${java.home}\"}",
                "{\"settings\": \"maxConcurrent=#{1+1}\"}",
                "{\"settings\": \"maxConcurrent=4, maxConcurrent=-1\"}",
                "{\"settings\": \"maxConcurrent=4, maxQueue=nothing\"}",
                "{\"settings\": \"maxConcurrent\"}",
                "{\"settings\": \"pools=\\u0000\"}",
                "{\"settings\": {\"maxConcurrent\": {\"a\": 4}}}",
                "{\"settings\": {\"maxConcurrent\": [4]}}",
                "{\"settings\": [{\"maxConcurrent\": 4}]}",
                "{\"settings\": {}}",
                "{\"settings\": {\"maxConcurrent\": \"4, maxQueue=-1\"}}",
                "{\"settings\": \"class=java.lang.Runtime\"}",
                "{\"action\": \"reset\", \"settings\": \"maxConcurrent=4\"}",
                "[".repeat(5_000) + "]".repeat(5_000),
                "{\"a\":".repeat(2_000) + "1" + "}".repeat(2_000));
    }

    @ParameterizedTest
    @MethodSource("badBodies")
    void badBodyShouldBeRejectedAndChangeNothing(String body) throws Exception {
        HttpResponse<String> answer = post("/resilience/bulkhead/reports", "application/json", body);
        assertThat(answer.statusCode()).isBetween(400, 499);
        assertHarmless(answer);
        assertNothingChanged();
    }

    @Test
    void bodyOfAMegabyteShouldBeRejected() throws Exception {
        HttpResponse<String> answer = post(
                "/resilience/bulkhead/reports",
                "application/json",
                "{\"settings\": \"" + "maxConcurrent=4, ".repeat(65_000) + "\"}");
        assertThat(answer.statusCode()).isBetween(400, 499);
        assertThat(answer.body().length()).isLessThan(10_000);
        assertNothingChanged();
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "application/xml"})
    void otherContentTypeShouldBeRejected(String type) throws Exception {
        HttpResponse<String> answer = post("/resilience/bulkhead/reports", type, "{\"settings\": \"maxConcurrent=4\"}");
        assertThat(answer.statusCode()).isBetween(400, 499);
        assertNothingChanged();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "DELETE", "PATCH"})
    void otherMethodShouldBeRejected(String method) throws Exception {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(address("/resilience/bulkhead/reports"))
                        .method(method, HttpRequest.BodyPublishers.ofString("{}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isBetween(400, 499);
        assertNothingChanged();
    }

    /** No trace of code, and no answer that a browser would run. */
    private static void assertHarmless(HttpResponse<String> answer) {
        assertThat(answer.body()).doesNotContain("\tat ", "io.netrun", "java.lang.");
        assertThat(answer.body().length()).isLessThan(10_000);
        if (answer.body().contains(SCRIPT)) {
            assertThat(answer.headers().firstValue("Content-Type").orElse("")).contains("json");
        }
    }

    private void assertNothingChanged() {
        assertThat(reports.config()).isEqualTo(before);
        assertThat(registry.all()).extracting(Policy::name).containsExactlyElementsOf(names);
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(address(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String type, String body) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(address(path))
                        .header("Content-Type", type)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private URI address(String path) {
        return URI.create("http://localhost:" + port + "/actuator" + path);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
