package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.annotation.CircuitBreaker;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.test.web.reactive.server.WebTestClient;

/** What the endpoint shows over HTTP of beans that share instances, since they are of one class. */
@SpringBootTest(
        classes = SharingBeansTests.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = "management.endpoints.web.exposure.include=resilience")
class SharingBeansTests {

    @LocalServerPort
    private int port;

    private WebTestClient.BodyContentSpec instance(String name) {
        return WebTestClient.bindToServer()
                .responseTimeout(Duration.ofSeconds(30))
                .baseUrl("http://localhost:" + port + "/actuator/resilience/circuit-breaker/" + name)
                .build()
                .get()
                .exchange()
                .expectStatus()
                .isEqualTo(HttpStatus.OK)
                .expectBody();
    }

    @Test
    void instanceOfSeveralBeansShouldNameThem() {
        String method = Rates.class.getName() + ".rate()";
        instance("Rates.rate")
                .jsonPath("$.usedBy")
                .isEqualTo(List.of(method))
                .jsonPath("$.beans.length()")
                .isEqualTo(1)
                .jsonPath("$.beans['" + method + "']")
                .isEqualTo(List.of("eu", "us"));
    }

    @Test
    void instanceOfOneBeanShouldNameNone() {
        instance("EuRates.rate")
                .jsonPath("$.usedBy.length()")
                .isEqualTo(1)
                .jsonPath("$.beans")
                .doesNotExist();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Rates eu() {
            return new Rates();
        }

        @Bean
        Rates us() {
            return new Rates();
        }

        @Bean
        EuRates single() {
            return new EuRates();
        }
    }

    static class Rates {

        @CircuitBreaker
        public String rate() {
            return "1.08";
        }
    }

    static class EuRates extends Rates {}
}
