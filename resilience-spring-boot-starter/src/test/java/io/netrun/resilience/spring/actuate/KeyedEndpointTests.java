package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.Retry;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.web.reactive.server.WebTestClient;

/** Families of annotations with a key, over HTTP. */
@SpringBootTest(
        classes = KeyedEndpointTests.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "management.endpoints.web.exposure.include=resilience",
            "resilience.bulkhead.instances.tenant.max-keys=20"
        })
class KeyedEndpointTests {

    private static final String METHOD =
            "$.methods['io.netrun.resilience.spring.actuate.KeyedEndpointTests$Reports.report(String)']";

    @LocalServerPort
    private int port;

    @Autowired
    private Reports reports;

    private WebTestClient http;

    @BeforeEach
    void connect() {
        http = WebTestClient.bindToServer()
                .baseUrl("http://localhost:" + port + "/actuator")
                .responseTimeout(Duration.ofSeconds(30))
                .build();
        reports.report("acme");
    }

    @Test
    void chainShouldShowTheFamilyAndTheExpression() {
        get("/resilience")
                .jsonPath(METHOD + "[1].name")
                .isEqualTo("calm")
                .jsonPath(METHOD + "[1].key")
                .doesNotExist()
                .jsonPath(METHOD + "[0].pattern")
                .isEqualTo("bulkhead")
                .jsonPath(METHOD + "[0].name")
                .isEqualTo("tenant")
                .jsonPath(METHOD + "[0].key")
                .isEqualTo("#tenantId")
                .jsonPath(METHOD + "[0].maxKeys")
                .isEqualTo(20)
                .jsonPath(METHOD + "[0].keys")
                .isEqualTo(1)
                .jsonPath("$.bulkheads['tenant:acme']")
                .exists()
                .jsonPath("$.bulkheads.tenant")
                .doesNotExist();
    }

    @Test
    void instanceOfAKeyShouldShowTheAnnotationAsItsOrigin() {
        get("/resilience/bulkhead/tenant:acme")
                .jsonPath("$.settings.maxConcurrent.value")
                .isEqualTo(3)
                .jsonPath("$.settings.maxConcurrent.origin")
                .isEqualTo("annotation");
    }

    private WebTestClient.BodyContentSpec get(String uri) {
        return http.get().uri(uri).exchange().expectStatus().isOk().expectBody();
    }

    static class Reports {

        @Retry(name = "calm")
        @Bulkhead(name = "tenant", key = "#tenantId", maxConcurrent = 3)
        public String report(String tenantId) {
            return tenantId;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Reports reports() {
            return new Reports();
        }
    }
}
