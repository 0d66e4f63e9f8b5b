package io.netrun.resilience.fleet.autoconfigure;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.RateLimiter;
import io.netrun.resilience.fleet.FleetEvent;
import io.netrun.resilience.fleet.FleetStore;
import io.netrun.resilience.spring.event.OperatorChange;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;

/** A web application that is a node of a fleet; tests run several of them in one process. */
public final class FleetApplication implements AutoCloseable {

    private static final List<String> DEFAULTS = List.of(
            "server.port=0",
            "spring.application.name=shop",
            "spring.main.web-application-type=servlet",
            "spring.main.banner-mode=off",
            "spring.jmx.enabled=false",
            "management.endpoints.web.exposure.include=resilience,health,metrics",
            "management.endpoint.resilience.access=unrestricted",
            "management.endpoint.health.show-details=always",
            "management.health.redis.enabled=false",
            "resilience.fleet.enabled=true",
            "resilience.fleet.interval=200ms",
            "resilience.fleet.lease=3s");

    private final ConfigurableApplicationContext context;
    private final WebTestClient http;

    private FleetApplication(ConfigurableApplicationContext context) {
        this.context = context;
        this.http = WebTestClient.bindToServer()
                .baseUrl("http://localhost:" + context.getEnvironment().getProperty("local.server.port") + "/actuator")
                .responseTimeout(Duration.ofSeconds(30))
                .build();
    }

    /**
     * Starts a node.
     *
     * @param store null for the application's Redis
     * @param properties override the defaults of these tests
     */
    public static FleetApplication start(FleetStore store, String... properties) {
        Map<String, String> arguments = new LinkedHashMap<>();
        Stream.concat(DEFAULTS.stream(), Stream.of(properties)).forEach(property -> {
            String[] parts = property.split("=", 2);
            arguments.put(parts[0], "--" + parts[0] + "=" + parts[1]);
        });
        return new FleetApplication(new SpringApplicationBuilder(Shop.class)
                .initializers(created -> {
                    if (store != null) {
                        ((GenericApplicationContext) created).registerBean(FleetStore.class, () -> store);
                    }
                })
                .run(arguments.values().toArray(String[]::new)));
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    io.netrun.resilience.circuitbreaker.CircuitBreaker circuit() {
        return bean(ResilienceRegistry.class)
                .find(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "payments")
                .orElseThrow();
    }

    public io.netrun.resilience.bulkhead.Bulkhead bulkhead() {
        return bean(ResilienceRegistry.class)
                .find(io.netrun.resilience.bulkhead.Bulkhead.TYPE, "database")
                .orElseThrow();
    }

    public WebTestClient.BodyContentSpec get(String path) {
        return http.get().uri(path).exchange().expectStatus().isOk().expectBody();
    }

    public WebTestClient.ResponseSpec post(String path, String body) {
        return http.post()
                .uri(path)
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(body)
                .exchange();
    }

    @Override
    public void close() {
        context.close();
    }

    /** The events of a node, as its application receives them. */
    static class Received {

        final List<Object> events = new CopyOnWriteArrayList<>();

        @EventListener
        void on(FleetEvent event) {
            events.add(event);
        }

        @EventListener
        void on(OperatorChange change) {
            events.add(change);
        }
    }

    static class Beans {

        @Bulkhead(name = "database", maxConcurrent = 10, scope = "fleet", pools = "shared")
        public String query() {
            return "rows";
        }

        @RateLimiter(name = "geocoder", limit = 100, scope = "fleet")
        public String geocode() {
            return "here";
        }

        @CircuitBreaker(name = "payments", fleet = "quorum")
        public String pay() {
            return "paid";
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Shop {

        @Bean
        Beans beans() {
            return new Beans();
        }

        @Bean
        Received received() {
            return new Received();
        }
    }
}
