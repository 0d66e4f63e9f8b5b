package io.netrun.resilience.sample.shop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.sample.LocalServer;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestClient;

/** What the shop's customers and operators get for an answer when something is wrong. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"resilience.retry.instances.payments.base-delay=10ms", "shop.settlement-cron=-"})
class ShopTests {

    private static final Map<String, ?> SAMOVAR = Map.of("product", 5, "quantity", 1);
    private static final Map<String, ?> MUG = Map.of("product", 2, "quantity", 1);

    @Autowired
    private LocalServer server;

    @Autowired
    private ResilienceRegistry registry;

    @Autowired
    private RestClient.Builder builder;

    private RestClient http;
    private CircuitBreaker payments;

    @BeforeEach
    void setUp() {
        http = builder.defaultStatusHandler(HttpStatusCode::isError, (request, response) -> {})
                .build();
        payments = registry.find(CircuitBreaker.TYPE, "payments").orElseThrow();
    }

    @AfterEach
    void resetBreaker() {
        payments.reset();
    }

    @Test
    void homePageShouldShowWhatCanBeTried() {
        String page = http.get().uri(server.uri("/")).retrieve().body(String.class);
        assertThat(page).contains("/actuator/resilience", "/demo", "curl", "/simulator/payments/knobs");
    }

    @Test
    void homePageShouldLinkTheDashboard() {
        String page = http.get().uri(server.uri("/")).retrieve().body(String.class);
        assertThat(page).contains("href=\"/actuator/resilienceui\"");
        assertThat(http.get()
                        .uri(server.uri("/actuator/resilienceui"))
                        .retrieve()
                        .body(String.class))
                .contains("<title>Resilience</title>");
    }

    @Test
    void orderShouldBePaidAndKept() {
        ResponseEntity<JsonNode> order = post("/orders", MUG);
        assertThat(order.getStatusCode().value()).isEqualTo(201);
        assertThat(body(order).path("receipt").asText()).startsWith("R-");
    }

    @Test
    void declinedCardShouldPassUnretriedAndUncounted() {
        Retry retry = registry.find(Retry.TYPE, "payments").orElseThrow();
        long retries = retry.metrics().totalRetries();
        long failures = payments.metrics().totalFailed();
        ResponseEntity<JsonNode> order = post("/orders", SAMOVAR);
        assertThat(order.getStatusCode().value()).isEqualTo(402);
        assertThat(body(order).path("detail").asText()).contains("The card's limit is 1000");
        assertThat(retry.metrics().totalRetries()).isEqualTo(retries);
        assertThat(payments.metrics().totalFailed()).isEqualTo(failures);
    }

    @Test
    void openBreakerShouldAnswerWith503AndSayWhenToComeBack() {
        payments.forceOpen();
        assertThat(post("/orders", MUG).getHeaders()).doesNotContainKey(HttpHeaders.RETRY_AFTER);
        payments.reset();
        change(Map.of("failureRate", 1));
        try {
            while (payments.state() == CircuitBreaker.State.CLOSED) {
                post("/orders", MUG);
            }
            ResponseEntity<JsonNode> order = post("/orders", MUG);
            assertThat(order.getStatusCode().value()).isEqualTo(503);
            assertThat(order.getHeaders().getFirst(HttpHeaders.RETRY_AFTER)).matches("[1-6]");
            assertThat(body(order).path("instanceName").asText()).isEqualTo("payments");
        } finally {
            change(Map.of("failureRate", 0));
        }
    }

    /** As when the budget of the retries is used up: the failure is that of the client. */
    @Test
    void failureWithoutAnotherAttemptShouldBeAProblem() {
        Retry retry = registry.find(Retry.TYPE, "payments").orElseThrow();
        retry.setEnabled(false);
        change(Map.of("failNext", 1));
        try {
            ResponseEntity<JsonNode> order = post("/orders", MUG);
            assertThat(order.getStatusCode().value()).isEqualTo(502);
            assertThat(body(order).path("title").asText()).isEqualTo("A downstream service failed");
            assertThat(body(order).path("detail").asText()).startsWith("503 ");
        } finally {
            retry.setEnabled(true);
            change(Map.of("failNext", 0));
        }
    }

    @Test
    void orderShouldRejectAQuantityOutOfRange() {
        ResponseEntity<JsonNode> order = post("/orders", Map.of("product", 2, "quantity", 0));
        assertThat(order.getStatusCode().value()).isEqualTo(400);
        assertThat(body(order).path("detail").asText()).contains("quantity is 0: must be between 1 and 100");
    }

    @Test
    void unknownProductShouldBe404() {
        assertThat(post("/orders", Map.of("product", 77, "quantity", 1))
                        .getStatusCode()
                        .value())
                .isEqualTo(404);
    }

    @Test
    void knobShouldRejectAValueOutOfRange() {
        ResponseEntity<JsonNode> knobs = change(Map.of("failureRate", 2));
        assertThat(knobs.getStatusCode().value()).isEqualTo(400);
        assertThat(body(knobs).path("detail").asText()).isEqualTo("failureRate is 2.0: must be between 0 and 1");
    }

    @Test
    void knobShouldRejectALatencyThatIsNoDuration() {
        ResponseEntity<JsonNode> knobs = change(Map.of("latency", "slow"));
        assertThat(knobs.getStatusCode().value()).isEqualTo(400);
        assertThat(body(knobs).path("detail").asText()).contains("'slow'", "50ms");
    }

    @Test
    void misspeltKnobShouldBeRejectedNotIgnored() {
        ResponseEntity<JsonNode> knobs = change(Map.of("failureRte", 1));
        assertThat(knobs.getStatusCode().value()).isEqualTo(400);
        assertThat(body(knobs).path("detail").asText()).contains("failureRte");
    }

    private ResponseEntity<JsonNode> change(Map<String, ?> knobs) {
        return post("/simulator/payments/knobs", knobs);
    }

    private ResponseEntity<JsonNode> post(String path, Map<String, ?> body) {
        URI uri = server.uri(path);
        return http.post()
                .uri(uri)
                .contentType(MediaType.APPLICATION_JSON)
                .body(body)
                .retrieve()
                .toEntity(JsonNode.class);
    }

    private static JsonNode body(ResponseEntity<JsonNode> response) {
        return Optional.ofNullable(response.getBody()).orElseThrow();
    }
}
