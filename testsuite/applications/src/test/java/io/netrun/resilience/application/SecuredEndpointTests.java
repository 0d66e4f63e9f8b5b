package io.netrun.resilience.application;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.shared.RepositoryRoot;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;

/**
 * Endpoint and dashboard behind Spring Security, with the configuration that docs/operations/security.md recommends.
 */
@SpringBootTest(
        classes = SecuredEndpointTests.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.main.web-application-type=servlet",
            "spring.cloud.gateway.server.webflux.enabled=false",
            "management.endpoints.web.exposure.include=resilience,resilienceui",
            "management.endpoint.resilience.access=unrestricted"
        })
class SecuredEndpointTests {

    private static final String RESET = "{\"action\": \"reset\"}";
    private static final String TOKEN = "a-token-of-the-cookie";

    @LocalServerPort
    private int port;

    @Autowired
    private ResilienceRegistry registry;

    private final HttpClient http = HttpClient.newHttpClient();
    private CircuitBreaker payments;

    @BeforeEach
    void open() {
        payments = registry.getOrCreate(CircuitBreaker.TYPE, "payments");
        payments.forceOpen();
    }

    @Test
    void strangersShouldSeeNothing() throws Exception {
        assertThat(get("/resilience", null)).isEqualTo(401);
        assertThat(get("/resilienceui", null)).isEqualTo(401);
    }

    @Test
    void readersShouldSeeAndChangeNothing() throws Exception {
        assertThat(get("/resilience", "reader")).isEqualTo(200);
        assertThat(get("/resilienceui", "reader")).isEqualTo(200);
        assertThat(post("reader", TOKEN)).isEqualTo(403);
        assertThat(payments.state()).isEqualTo(CircuitBreaker.State.FORCED_OPEN);
    }

    @Test
    void operatorsShouldChangeWithTheTokenOfTheCookie() throws Exception {
        assertThat(post("operator", TOKEN)).isEqualTo(200);
        assertThat(payments.state()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @Test
    void foreignPageThatUsesAnOperatorsSessionShouldChangeNothing() throws Exception {
        assertThat(post("operator", null)).isEqualTo(403);
        assertThat(payments.state()).isEqualTo(CircuitBreaker.State.FORCED_OPEN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"spring-boot-3", "spring-boot-4"})
    void pageShouldPrintWhatIsTested(String line) throws IOException {
        String tested = Files.readString(Path.of("..", "applications", "src", line)
                .resolve("java/io/netrun/resilience/application/EndpointSecurity.java"));
        String bean = tested.substring(tested.indexOf("    @Bean"), tested.lastIndexOf('}'))
                .stripTrailing()
                .stripIndent();
        assertThat(Files.readString(RepositoryRoot.operations().resolve("security.md")))
                .contains(bean);
    }

    private int get(String path, @Nullable String user) throws IOException, InterruptedException {
        return send(request(path, user).GET());
    }

    private int post(String user, @Nullable String token) throws IOException, InterruptedException {
        HttpRequest.Builder request = request("/resilience/circuit-breaker/payments", user)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(RESET));
        if (token != null) {
            request.header("Cookie", "XSRF-TOKEN=" + token).header("X-XSRF-TOKEN", token);
        }
        return send(request);
    }

    private HttpRequest.Builder request(String path, @Nullable String user) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/actuator" + path));
        if (user != null) {
            String credentials =
                    Base64.getEncoder().encodeToString((user + ":secret").getBytes(StandardCharsets.UTF_8));
            request.header("Authorization", "Basic " + credentials);
        }
        return request;
    }

    private int send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(EndpointSecurity.class)
    static class Application {

        @Bean
        UserDetailsService users() {
            return new InMemoryUserDetailsManager(
                    User.withUsername("reader")
                            .password("{noop}secret")
                            .roles("READER")
                            .build(),
                    User.withUsername("operator")
                            .password("{noop}secret")
                            .roles("OPERATOR")
                            .build());
        }
    }
}
