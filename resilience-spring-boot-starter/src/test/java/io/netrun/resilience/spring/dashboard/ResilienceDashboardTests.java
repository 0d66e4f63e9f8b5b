package io.netrun.resilience.spring.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.web.reactive.server.WebTestClient;

/** Where the endpoints are not where they are by default. */
@SpringBootTest(
        classes = ResilienceDashboardTests.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "management.endpoints.web.exposure.include=resilience,resilienceui",
            "management.endpoints.web.base-path=/manage",
            "management.endpoints.web.path-mapping.resilience=ops/state",
            "management.endpoints.web.path-mapping.resilienceui=ops/page",
            "management.endpoint.resilience.access=unrestricted"
        })
class ResilienceDashboardTests {

    @LocalServerPort
    private int port;

    private WebTestClient http;

    @BeforeEach
    void connect() {
        http = WebTestClient.bindToServer()
                .baseUrl("http://localhost:" + port + "/manage/ops")
                .responseTimeout(Duration.ofSeconds(30))
                .build();
    }

    @Test
    void pageShouldKnowWhereTheJsonIsAndWhatMayBeDone() {
        String page = body("/page", "text/html;charset=UTF-8");
        assertThat(page)
                .contains("name=\"resilience-json\" content=\"../ops/state\"")
                .contains("name=\"resilience-writable\" content=\"true\"")
                .contains("name=\"resilience-principal\" content=\"false\"")
                .contains("content=\"circuit-breaker circuitBreakers reset half-open force-open disable\"")
                .contains("data-label=\"Retries\" data-calls=\"totalRetries\"")
                .contains("data-label=\"Calls\" data-calls=\"\"")
                .contains("src=\"page/app.js\"")
                .doesNotContain("{{", "<style", " style=", " onclick=", "http:", "https:");
    }

    @ParameterizedTest
    @CsvSource({
        "app.js, text/javascript;charset=UTF-8",
        "panel.js, text/javascript;charset=UTF-8",
        "style.css, text/css;charset=UTF-8",
        "tokens.css, text/css;charset=UTF-8",
        "icon.svg, image/svg+xml"
    })
    void fileShouldHaveItsType(String name, String type) {
        assertThat(body("/page/" + name, type)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"index.html", "LICENSE", "ResilienceDashboard.class", "..", "..%5Cpackage-info.class"})
    void otherNameShouldNotBeAnswered(String name) {
        http.get()
                .uri(java.net.URI.create("http://localhost:" + port + "/manage/ops/page/" + name))
                .exchange()
                .expectStatus()
                .is4xxClientError();
    }

    private String body(String path, String type) {
        return http.get()
                .uri(path)
                .exchange()
                .expectStatus()
                .isOk()
                .expectHeader()
                .contentType(type)
                .expectBody(String.class)
                .returnResult()
                .getResponseBody();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
