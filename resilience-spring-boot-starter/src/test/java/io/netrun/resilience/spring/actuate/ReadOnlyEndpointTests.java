package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.spring.ShopBeans.PaymentClient;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.test.web.reactive.server.WebTestClient;

/** The endpoint as it is when it is exposed and nothing else is configured. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = "management.endpoints.web.exposure.include=resilience")
class ReadOnlyEndpointTests {

    @LocalServerPort
    private int port;

    @Test
    void getShouldBeAllowed() {
        breaker().get().uri("").exchange().expectStatus().isOk();
    }

    @Test
    void postShouldNotBeAllowed() {
        breaker()
                .post()
                .uri("")
                .bodyValue(Map.of("action", "force-open"))
                .exchange()
                .expectStatus()
                .isEqualTo(HttpStatus.METHOD_NOT_ALLOWED);
        breaker().get().uri("").exchange().expectBody().jsonPath("$.state").isEqualTo("closed");
    }

    private WebTestClient breaker() {
        return WebTestClient.bindToServer()
                .responseTimeout(Duration.ofSeconds(30))
                .baseUrl("http://localhost:" + port + "/actuator/resilience/circuit-breaker/payments")
                .build();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        PaymentClient client() {
            return new PaymentClient();
        }
    }
}
