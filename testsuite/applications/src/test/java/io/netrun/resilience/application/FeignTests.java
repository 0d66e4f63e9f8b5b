package io.netrun.resilience.application;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.openfeign.EnableFeignClients;
import org.springframework.cloud.openfeign.FeignClient;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** OpenFeign's circuit breakers are ours where the starter is there, with settings by Feign's name of the method. */
class FeignTests {

    private static final String ID = "StockClientquantitylong";

    @RegisterExtension
    final FailingServer server = new FailingServer();

    @Test
    void circuitShouldOpenAsConfiguredAndTheFallbackAnswer() {
        try (ConfigurableApplicationContext context = run()) {
            StockClient client = context.getBean(StockClient.class);
            for (int i = 0; i < 4; i++) {
                assertThat(client.quantity(7)).isEqualTo("unknown");
            }
            assertThat(server.requests()).isEqualTo(2);
            assertThat(context.getBean(ResilienceRegistry.class)
                            .find(CircuitBreaker.TYPE, ID)
                            .orElseThrow()
                            .state())
                    .isEqualTo(CircuitBreaker.State.OPEN);
        }
    }

    private ConfigurableApplicationContext run() {
        return new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .properties(
                        "stock.url=" + server.url(),
                        "spring.cloud.openfeign.circuitbreaker.enabled=true",
                        "spring.cloud.gateway.enabled=false",
                        "spring.cloud.gateway.server.webflux.enabled=false",
                        "resilience.circuit-breaker.instances." + ID + ".failure-threshold=2")
                .run();
    }

    @FeignClient(name = "stock", url = "${stock.url}", fallback = UnknownStock.class)
    interface StockClient {

        @GetMapping("/stock/{id}")
        String quantity(@PathVariable("id") long id);
    }

    static class UnknownStock implements StockClient {

        @Override
        public String quantity(long id) {
            return "unknown";
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @EnableFeignClients(clients = StockClient.class)
    @Import(UnknownStock.class)
    static class Application {}
}
