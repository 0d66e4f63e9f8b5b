package io.netrun.resilience.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerEvent;
import io.netrun.resilience.spring.event.OperatorChange;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

/** Endpoints with a port of their own are in a child context, which Spring Boot creates. */
class ManagementContextTests {

    @Test
    void endpointWithAPortOfItsOwnShouldShowAndChangeTheApplication() throws Exception {
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(
                        Application.class, Client.class, Listener.class)
                .web(WebApplicationType.SERVLET)
                .properties(
                        "server.port=0",
                        "management.server.port=0",
                        "management.endpoints.web.exposure.include=resilience,health",
                        "management.endpoint.resilience.access=unrestricted",
                        "management.endpoint.health.show-details=always",
                        "resilience.circuit-breaker.defaults.health=details")
                .run()) {
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(context.getBean(Client.class)::call).isInstanceOf(IllegalStateException.class);
            }
            String base =
                    "http://localhost:" + context.getEnvironment().getProperty("local.management.port") + "/actuator/";
            assertThat(send(HttpRequest.newBuilder(URI.create(base + "resilience")))
                            .body())
                    .contains("Client.call()", "\"state\":\"open\"");
            assertThat(send(HttpRequest.newBuilder(URI.create(base + "health"))).body())
                    .contains("payments");
            HttpResponse<String> changed =
                    send(HttpRequest.newBuilder(URI.create(base + "resilience/circuit-breaker/payments"))
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString("{\"action\":\"reset\"}")));
            assertThat(changed.statusCode()).isEqualTo(200);
            assertThat(changed.headers().firstValue("X-Frame-Options")).hasValue("DENY");
            assertThat(context.getBean(Listener.class).heard)
                    .extracting(event -> event.getClass().getSimpleName())
                    .containsExactlyInAnyOrder("StateChanged", "StateChanged", "OperatorChange");
            assertThat(context.getBeansOfType(ResilienceRegistry.class)).hasSize(1);
        }
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    static class Client {

        @CircuitBreaker(name = "payments")
        public void call() {
            throw new IllegalStateException("the service is down");
        }
    }

    static class Listener {

        private final List<Object> heard = new CopyOnWriteArrayList<>();

        @EventListener
        public void onStateChange(CircuitBreakerEvent.StateChanged event) {
            heard.add(event);
        }

        @EventListener
        public void onOperatorChange(OperatorChange event) {
            heard.add(event);
        }
    }
}
