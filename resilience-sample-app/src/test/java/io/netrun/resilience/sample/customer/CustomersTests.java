package io.netrun.resilience.sample.customer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.netrun.resilience.sample.LocalServer;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestClient;

/** The shop's customers, who come in a number that can be set. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"shop.settlement-cron=-", "spring.http.client.read-timeout=1m"})
class CustomersTests {

    @Autowired
    private LocalServer server;

    @Autowired
    private Traffic traffic;

    @Autowired
    private Customers customers;

    @Autowired
    private RestClient.Builder builder;

    private RestClient http;

    @BeforeEach
    void setUp() {
        http = builder.defaultStatusHandler(HttpStatusCode::isError, (request, response) -> {})
                .build();
    }

    @AfterEach
    void sendThemHome() {
        customers.come(0);
    }

    @Test
    void customersShouldComeAndBeCountedUntilTheyAreSentHome() {
        long before = traffic.counts().answered();
        assertThat(come(20).getBody()).containsEntry("perSecond", 20);
        await().atMost(Duration.ofSeconds(30)).until(() -> traffic.counts().answered() > before + 10);
        assertThat(come(0).getBody()).containsEntry("perSecond", 0);
        await().during(Duration.ofSeconds(1)).atMost(Duration.ofSeconds(30)).until(customers::isNobodyInside);
    }

    @Test
    void failedAnswersShouldBeCountedAsWell() {
        Traffic.Counts before = traffic.counts();
        http.post()
                .uri(server.uri("/simulator/rates/knobs"))
                .body(Map.of("failureRate", 1))
                .retrieve()
                .toBodilessEntity();
        try {
            http.get()
                    .uri(server.uri("/products/1/price?currency=GBP"))
                    .retrieve()
                    .toBodilessEntity();
            await().atMost(Duration.ofSeconds(10)).until(() -> traffic.counts().failed() > before.failed());
            assertThat(traffic.counts().answered()).isGreaterThan(before.answered());
        } finally {
            http.post()
                    .uri(server.uri("/simulator/rates/knobs"))
                    .body(Map.of("failureRate", 0))
                    .retrieve()
                    .toBodilessEntity();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 21})
    void numberOutOfRangeShouldBeRejected(int perSecond) {
        JsonNode problem = http.post()
                .uri(server.uri("/customers"))
                .body(Map.of("perSecond", perSecond))
                .retrieve()
                .body(JsonNode.class);
        assertThat(String.valueOf(problem)).contains("perSecond is " + perSecond + ": must be between 0 and 20");
        assertThat(customers.perSecond()).isZero();
    }

    private ResponseEntity<Map<String, Object>> come(int perSecond) {
        return http.post()
                .uri(server.uri("/customers"))
                .body(Map.of("perSecond", perSecond))
                .retrieve()
                .toEntity(new ParameterizedTypeReference<>() {});
    }
}
