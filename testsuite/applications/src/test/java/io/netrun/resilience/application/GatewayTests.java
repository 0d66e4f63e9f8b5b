package io.netrun.resilience.application;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The circuit breaker filter of Spring Cloud Gateway is ours where the starter is there. */
class GatewayTests {

    private static final String ROUTE = "spring.cloud.gateway.server.webflux.routes[0].";
    private static final String AS_SOMEBODY =
            "Basic " + Base64.getEncoder().encodeToString("operator:secret".getBytes(StandardCharsets.UTF_8));

    @RegisterExtension
    final FailingServer server = new FailingServer();

    @Test
    void circuitShouldOpenAsConfiguredAndTheFallbackAnswer() throws Exception {
        try (ConfigurableApplicationContext context = run()) {
            URI page = URI.create("http://localhost:"
                    + context.getEnvironment().getRequiredProperty("local.server.port") + "/stock/7");
            for (int i = 0; i < 4; i++) {
                HttpResponse<String> answer = HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(page)
                                        .header("Authorization", AS_SOMEBODY)
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo("instead");
            }
            assertThat(server.requests()).isEqualTo(2);
            assertThat(context.getBean(ResilienceRegistry.class)
                            .find(CircuitBreaker.TYPE, "stock")
                            .orElseThrow()
                            .state())
                    .isEqualTo(CircuitBreaker.State.OPEN);
        }
    }

    private ConfigurableApplicationContext run() {
        return new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.REACTIVE)
                .properties(
                        "server.port=0",
                        // Spring Security is on the class path.
                        "spring.security.user.name=operator",
                        "spring.security.user.password=secret",
                        ROUTE + "id=stock",
                        ROUTE + "uri=" + server.url(),
                        ROUTE + "predicates[0]=Path=/stock/**",
                        ROUTE + "filters[0].name=CircuitBreaker",
                        ROUTE + "filters[0].args.name=stock",
                        ROUTE + "filters[0].args.fallbackUri=forward:/instead",
                        ROUTE + "filters[0].args.statusCodes[0]=503",
                        "resilience.circuit-breaker.instances.stock.failure-threshold=2")
                .run();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @RestController
    static class Application {

        @GetMapping("/instead")
        String instead() {
            return "instead";
        }
    }
}
