package io.netrun.resilience.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.spring.event.OperatorChange;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;

/**
 * An operator is the principal of the request, wherever a servlet container has it from. On WebFlux, Actuator asks
 * Spring Security alone.
 */
@SpringBootTest(
        classes = PrincipalTests.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.main.web-application-type=servlet",
            "management.endpoints.web.exposure.include=resilience",
            "management.endpoint.resilience.access=unrestricted",
            "resilience.bulkhead.instances.orders.max-concurrent=5",
            "resilience.circuit-breaker.instances.orders.failure-threshold=5"
        })
class PrincipalTests {

    private static final String OPERATOR = "X-Operator";

    @LocalServerPort
    private int port;

    @Autowired
    private Heard heard;

    @BeforeEach
    void clear() {
        heard.changes.clear();
    }

    private void post(String instance, String body, String operator) {
        WebTestClient.bindToServer()
                .baseUrl("http://localhost:" + port + "/actuator/resilience/")
                .responseTimeout(Duration.ofSeconds(30))
                .build()
                .post()
                .uri(instance)
                .contentType(MediaType.APPLICATION_JSON)
                .headers(headers -> {
                    if (operator != null) {
                        headers.set(OPERATOR, operator);
                    }
                })
                .bodyValue(body)
                .exchange()
                .expectStatus()
                .isOk();
    }

    @Test
    void principalOfTheRequestShouldBeKeptWithTheChange() {
        post("bulkhead/orders", "{\"settings\": {\"maxConcurrent\": 7}}", "alice");
        post("circuit-breaker/orders", "{\"action\": \"force-open\"}", "bob");
        post("circuit-breaker/orders", "{\"action\": \"reset\"}", null);
        post("bulkhead/orders", "{\"settings\": {\"maxConcurrent\": 5}}", "carol");
        assertThat(heard.changes).extracting(OperatorChange::principal).containsExactly("alice", "bob", null, "carol");
    }

    @Test
    void nameInTheBodyShouldCountWithoutAPrincipalOnly() {
        post("circuit-breaker/orders", "{\"action\": \"force-open\", \"operator\": \" dan\\nroot \"}", null);
        post("circuit-breaker/orders", "{\"action\": \"reset\", \"operator\": \"mallory\"}", "alice");
        post("bulkhead/orders", "{\"settings\": {\"maxConcurrent\": 6}, \"operator\": \" \"}", null);
        post("bulkhead/orders", "{\"settings\": {\"maxConcurrent\": 5}, \"operator\": \"erin\"}", null);
        assertThat(heard.changes)
                .extracting(OperatorChange::principal)
                .containsExactly("dan?root", "alice", null, "erin");
    }

    @Test
    void reasonShouldBeKeptWithTheChange() {
        post("circuit-breaker/orders", "{\"action\": \"force-open\", \"reason\": \"moves to\\nnew hosts\"}", "alice");
        post("circuit-breaker/orders", "{\"action\": \"reset\"}", "alice");
        post(
                "bulkhead/orders",
                "{\"settings\": {\"maxConcurrent\": 6}, \"reason\": \"" + "x".repeat(400) + "\"}",
                null);
        post("bulkhead/orders", "{\"settings\": {\"maxConcurrent\": 5}, \"reason\": \"\"}", null);
        assertThat(heard.changes)
                .extracting(OperatorChange::reason)
                .containsExactly("moves to?new hosts", null, "x".repeat(300), null);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Heard heard() {
            return new Heard();
        }

        @Bean
        Protected protectedByBoth() {
            return new Protected();
        }

        @Bean
        Filter servletOperator() {
            return (request, response, chain) -> chain.doFilter(new Named((HttpServletRequest) request), response);
        }
    }

    static class Protected {

        @io.netrun.resilience.annotation.Bulkhead(name = "orders")
        @io.netrun.resilience.annotation.CircuitBreaker(name = "orders")
        public String order() {
            return "";
        }
    }

    static class Heard {

        final List<OperatorChange> changes = new CopyOnWriteArrayList<>();

        @EventListener
        void onChange(OperatorChange change) {
            changes.add(change);
        }
    }

    private static final class Named extends HttpServletRequestWrapper {

        Named(HttpServletRequest request) {
            super(request);
        }

        @Override
        public Principal getUserPrincipal() {
            String name = getHeader(OPERATOR);
            return name == null ? null : () -> name;
        }
    }
}
