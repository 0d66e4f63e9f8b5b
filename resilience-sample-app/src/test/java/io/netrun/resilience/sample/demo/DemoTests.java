package io.netrun.resilience.sample.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netrun.resilience.sample.LocalServer;
import io.netrun.resilience.sample.demo.Notebook.Page;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestClient;

/**
 * Plays the demo once, over HTTP and without pauses. Each test checks the endpoint and the meters as they were at the
 * end of a chapter.
 */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "management.prometheus.metrics.export.enabled=true",
            "resilience.timeout.instances.payments.duration=1s",
            "resilience.retry.instances.payments.base-delay=20ms",
            "resilience.retry.instances.settlement.base-delay=20ms",
            "resilience.circuit-breaker.instances.payments.open-duration=2s",
            "shop.settlement-cron=-"
        })
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DemoTests {

    @Autowired
    private Notebook notebook;

    @Autowired
    private LocalServer server;

    private ResponseEntity<String> demo;
    private ResponseEntity<String> second;

    @BeforeAll
    void play() {
        // Not the application's own client: its read timeout is shorter than the demo may take on a busy machine.
        RestClient client = RestClient.create();
        demo = client.post().uri(server.uri("/demo")).exchangeForRequiredValue((request, response) -> {
            second = client.post()
                    .uri(server.uri("/demo"))
                    .retrieve()
                    .onStatus(HttpStatusCode::is4xxClientError, (asked, answered) -> {})
                    .toEntity(String.class);
            return ResponseEntity.status(response.getStatusCode())
                    .body(new String(response.getBody().readAllBytes(), StandardCharsets.UTF_8));
        });
    }

    @Test
    void demoShouldPlayToTheEnd() {
        assertThat(demo.getStatusCode()).isEqualTo(HttpStatus.ACCEPTED);
        assertThat(demo.getBody())
                .contains("The demo begins", "The end.", "breaker 'payments': closed -> open")
                .doesNotContain("The demo failed");
    }

    @Test
    void demoShouldRejectASecondPerformanceAtTheSameTime() {
        assertThat(second.getStatusCode()).isEqualTo(HttpStatus.CONFLICT);
    }

    @Test
    void goodDayShouldLeaveTheBreakerClosedAndADeclinedCardUncounted() {
        Page page = notebook.after("A good day");
        JsonNode breaker = page.breaker("payments");
        assertThat(breaker.path("state").asText()).isEqualTo("closed");
        assertThat(breaker.path("totalSucceeded").asLong()).isEqualTo(1);
        assertThat(breaker.path("totalFailed").asLong()).isZero();
        assertThat(breaker.path("totalIgnored").asLong()).isEqualTo(1);
        assertThat(page.retry("payments").path("totalRetries").asLong()).isZero();
        assertThat(page.meter("resilience_circuitbreaker_state", "name=\"payments\"", "state=\"closed\""))
                .isEqualTo(1);
    }

    @Test
    void hiccupShouldBeHealedByOneRetry() {
        Page page = notebook.after("A hiccup: the retry heals it");
        assertThat(page.retry("payments").path("totalRetries").asLong()).isEqualTo(1);
        assertThat(page.retry("payments").path("totalRecovered").asLong()).isEqualTo(1);
        assertThat(page.meter("resilience_retry_retries_total", "name=\"payments\""))
                .isEqualTo(1);
    }

    @Test
    void slowProviderShouldBeGivenUpOnce() {
        Page page = notebook.after("A slow provider: the timeout gives up");
        assertThat(page.timeout("payments").path("totalTimedOut").asLong()).isEqualTo(1);
        assertThat(page.meter("resilience_timeout_calls_total", "name=\"payments\"", "outcome=\"timed_out\""))
                .isEqualTo(1);
    }

    @Test
    void outageShouldOpenTheBreakerWhichThenRejects() {
        Page page = notebook.after("An outage: the breaker opens");
        JsonNode breaker = page.breaker("payments");
        assertThat(breaker.path("state").asText()).isEqualTo("open");
        assertThat(breaker.path("totalRejected").asLong()).isPositive();
        assertThat(breaker.path("nextTrialTime").asText()).isNotEmpty();
        assertThat(page.meter("resilience_circuitbreaker_state", "name=\"payments\"", "state=\"open\""))
                .isEqualTo(1);
        assertThat(page.meter("resilience_circuitbreaker_calls_total", "name=\"payments\"", "outcome=\"rejected\""))
                .isPositive();
    }

    @Test
    void recoveryShouldCloseTheBreakerByItself() {
        Page page = notebook.after("Recovery: the breaker closes by itself");
        assertThat(page.breaker("payments").path("state").asText()).isEqualTo("closed");
        assertThat(page.breaker("payments").path("failureCount").asInt()).isZero();
        assertThat(page.meter("resilience_circuitbreaker_state", "name=\"payments\"", "state=\"open\""))
                .isZero();
        assertThat(page.meter("resilience_circuitbreaker_state", "name=\"payments\"", "state=\"closed\""))
                .isEqualTo(1);
        assertThat(demo.getBody())
                .contains("breaker 'payments': open -> half-open", "breaker 'payments': half-open -> closed");
    }

    @Test
    void productPagesShouldGoWithoutRecommendationsWhileTheyAreDown() {
        Page page = notebook.after("Recommendations down: the page goes without (async)");
        assertThat(page.breaker("recommendations").path("totalFailed").asLong()).isEqualTo(4);
        assertThat(page.breaker("recommendations").path("totalRejected").asLong())
                .isPositive();
        assertThat(page.breaker("recommendations").path("state").asText()).isEqualTo("closed");
        assertThat(demo.getBody()).contains("No recommendations: ", "also bought: ");
        assertThat(demo.getBody().lines())
                .filteredOn(line -> line.contains("GET /products/"))
                .isNotEmpty()
                .allMatch(line -> line.contains("->  200 in "));
    }

    @Test
    void bulkheadShouldRejectReportsBeyondItsQueue() {
        Page page = notebook.after("Too many reports: the bulkhead rejects");
        JsonNode reports = page.bulkhead("reports");
        assertThat(reports.path("totalAccepted").asLong()).isEqualTo(4);
        assertThat(reports.path("totalRejected").asLong()).isEqualTo(4);
        assertThat(reports.path("syncActive").asInt()).isZero();
        assertThat(page.meter("resilience_bulkhead_calls_total", "name=\"reports\"", "outcome=\"rejected\""))
                .isEqualTo(4);
        assertThat(page.meter("resilience_bulkhead_max_concurrent", "name=\"reports\""))
                .isEqualTo(2);
        assertThat(demo.getBody()).contains("2 running, 2 waiting, 4 rejected");
    }

    @Test
    void subclassesShouldHaveBreakersOfTheirOwn() {
        Page page = notebook.after("One carrier down: each subclass has its own breaker");
        assertThat(page.breaker("BikeCarrier.quote").path("state").asText()).isEqualTo("open");
        assertThat(page.breaker("ParcelCarrier.quote").path("state").asText()).isEqualTo("closed");
        assertThat(page.meter("resilience_circuitbreaker_state", "name=\"BikeCarrier.quote\"", "state=\"open\""))
                .isEqualTo(1);
    }

    @Test
    void operatorShouldResetABreakerThroughTheEndpoint() {
        Page page = notebook.after("An operator resets a breaker");
        assertThat(page.breaker("BikeCarrier.quote").path("state").asText()).isEqualTo("closed");
        assertThat(page.meter("resilience_circuitbreaker_state", "name=\"BikeCarrier.quote\"", "state=\"closed\""))
                .isEqualTo(1);
    }

    @Test
    void pricesInFrancsShouldBeHedgedPacedAndRemembered() {
        Page page = notebook.after("Prices in francs: hedge, rate limiter and fallback");
        assertThat(page.hedge("exchange-rates").path("totalWon").asLong()).isPositive();
        assertThat(page.rateLimiter("exchange-rates").path("totalRejected").asLong())
                .isPositive();
        assertThat(page.fallback("exchange-rates").path("totalRecovered").asLong())
                .isPositive();
        assertThat(demo.getBody().lines())
                .filteredOn(line -> line.contains("/price?currency=CHF"))
                .hasSize(3)
                .allMatch(line -> line.contains("->  200 in "));
    }

    @Test
    void nightJobShouldSettleAfterThreeRetries() {
        assertThat(demo.getBody()).contains("All orders are settled");
        // The orders are settled a moment before the retry around them has returned.
        await().atMost(Duration.ofSeconds(10))
                .until(() -> notebook.look()
                                .retry("settlement")
                                .path("totalRecovered")
                                .asLong()
                        == 1);
        assertThat(notebook.look().retry("settlement").path("totalRetries").asLong())
                .isEqualTo(3);
    }

    @TestConfiguration(proxyBeanMethods = false)
    static class Configuration {

        @Bean
        @Primary
        Notebook notebook(RestClient.Builder http, LocalServer server, ObjectMapper json) {
            return new Notebook(http, server, json);
        }
    }
}
