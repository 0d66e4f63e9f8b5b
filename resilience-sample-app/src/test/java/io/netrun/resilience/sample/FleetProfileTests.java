package io.netrun.resilience.sample;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.FleetMode;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.web.client.RestClient;

/** The shop with the profile {@code fleet}, where nothing listens on the port of Redis. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"spring.data.redis.port=1", "shop.settlement-cron=-"})
@ActiveProfiles("fleet")
class FleetProfileTests {

    @Autowired
    private LocalServer server;

    @Autowired
    private ResilienceRegistry registry;

    private final RestClient http = RestClient.create();

    @Test
    void shopWithoutRedisShouldHaveItsPartOfTheLimits() {
        Bulkhead reports = registry.find(Bulkhead.TYPE, "reports").orElseThrow();
        assertThat(reports.config().maxConcurrent()).isEqualTo(2);
        assertThat(reports.metrics().maxConcurrent()).isEqualTo(1);
        CircuitBreaker payments = registry.find(CircuitBreaker.TYPE, "payments").orElseThrow();
        assertThat(payments.config().fleet()).isEqualTo(FleetMode.QUORUM);
    }

    @Test
    void shopWithoutRedisShouldBeHealthy() {
        assertThat(json("/actuator/health").path("status").asText()).isEqualTo("UP");
    }

    @Test
    void endpointShouldShowWhatIsShared() {
        JsonNode fleet = json("/actuator/resilience/fleet");
        assertThat(fleet.path("name").asText()).isEqualTo("resilience-sample-app");
        assertThat(fleet.path("rateLimiters").has("exchange-rates")).isTrue();
        assertThat(fleet.path("bulkheads").has("reports")).isTrue();
        assertThat(fleet.path("circuitBreakers").path("payments").path("mode").asText())
                .isEqualTo("quorum");
    }

    private JsonNode json(String path) {
        JsonNode body = http.get().uri(server.uri(path)).retrieve().body(JsonNode.class);
        assertThat(body).isNotNull();
        return body;
    }
}
