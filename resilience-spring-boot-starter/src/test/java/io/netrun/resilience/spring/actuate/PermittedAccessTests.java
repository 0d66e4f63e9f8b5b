package io.netrun.resilience.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;

/** What all endpoints may permit at most counts for this one too, over HTTP. */
@SpringBootTest(
        classes = PermittedAccessTests.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "management.endpoints.web.exposure.include=resilience,resilienceui",
            "management.endpoint.resilience.access=unrestricted",
            "management.endpoints.access.max-permitted=read-only",
            "resilience.circuit-breaker.instances.payments.failure-threshold=3"
        })
class PermittedAccessTests {

    @LocalServerPort
    private int port;

    @Autowired
    private ResilienceRegistry registry;

    private WebTestClient http;

    @BeforeEach
    void connect() {
        http = WebTestClient.bindToServer()
                .responseTimeout(Duration.ofSeconds(30))
                .baseUrl("http://localhost:" + port + "/actuator")
                .build();
    }

    @Test
    void writeThatIsNotPermittedShouldBeRejected() {
        http.post()
                .uri("/resilience/circuit-breaker/payments")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue("{\"action\": \"force-open\"}")
                .exchange()
                .expectStatus()
                .isEqualTo(405);
        assertThat(registry.find(CircuitBreaker.TYPE, "payments").orElseThrow().state())
                .isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @Test
    void pageShouldHaveNoButtonsForIt() {
        http.get()
                .uri("/resilienceui")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(String.class)
                .value(page -> assertThat(page).contains("name=\"resilience-writable\" content=\"false\""));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
