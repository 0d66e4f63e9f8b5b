package io.netrun.resilience.application;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.event.OperatorChange;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** An application on WebFlux with Spring Security, whose class path has no servlet. */
public class ReactiveApplicationTests {

    private static ConfigurableApplicationContext context;

    @BeforeAll
    static void start() {
        ClassLoader withoutServlets = new FilteredClassLoader("jakarta.servlet", "org.springframework.web.servlet");
        ClassLoader former = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(withoutServlets);
        try {
            context = new SpringApplicationBuilder(Application.class)
                    .resourceLoader(new DefaultResourceLoader(withoutServlets))
                    .web(WebApplicationType.REACTIVE)
                    .properties(
                            "server.port=0",
                            "spring.security.user.name=olga",
                            "spring.security.user.password=secret",
                            "spring.cloud.gateway.server.webflux.enabled=false",
                            "management.endpoints.web.exposure.include=resilience,resilienceui",
                            "management.endpoint.resilience.access=unrestricted",
                            "resilience.retry.instances.mono.base-delay=1ms",
                            "resilience.retry.instances.flux.base-delay=1ms",
                            "resilience.bulkhead.instances.stock.max-concurrent=5",
                            "resilience.circuit-breaker.instances.stock.failure-threshold=5")
                    .run();
        } finally {
            Thread.currentThread().setContextClassLoader(former);
        }
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        request.header(
                                        "Authorization",
                                        "Basic "
                                                + Base64.getEncoder()
                                                        .encodeToString("olga:secret".getBytes(StandardCharsets.UTF_8)))
                                .timeout(Duration.ofSeconds(60))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder at(String path) {
        return HttpRequest.newBuilder(URI.create(
                "http://localhost:" + context.getEnvironment().getRequiredProperty("local.server.port") + path));
    }

    private static HttpResponse<String> post(String instance, String body) throws Exception {
        return send(at("/actuator/resilience/" + instance)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    @Test
    void handlerOfAMonoShouldBeRetried() throws Exception {
        HttpResponse<String> answer = send(at("/mono/7"));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("mono 7");
        assertThat(context.getBean(Handlers.class).monos()).isEqualTo(3);
    }

    @Test
    void handlerOfAFluxShouldBeRetried() throws Exception {
        HttpResponse<String> answer = send(at("/flux/7"));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("flux 7, again 7");
        assertThat(context.getBean(Handlers.class).fluxes()).isEqualTo(2);
    }

    @Test
    void endpointShouldShowTheHandlers() throws Exception {
        HttpResponse<String> answer = send(at("/actuator/resilience"));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("Handlers.mono(String)").contains("Handlers.flux(String)");
        assertThat(send(at("/actuator/resilience/bulkhead/stock")).body()).contains("\"maxConcurrent\"");
        assertThat(HttpClient.newHttpClient()
                        .send(at("/actuator/resilience").build(), HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void dashboardShouldBeThere() throws Exception {
        HttpResponse<String> answer = send(at("/actuator/resilienceui"));
        assertThat(answer.statusCode()).isIn(200, 302, 307, 308);
        if (answer.statusCode() == 200) {
            assertThat(answer.body()).containsIgnoringCase("<!doctype html");
        }
    }

    @Test
    void changeShouldHaveThePrincipalOfSpringSecurity() throws Exception {
        Heard heard = context.getBean(Heard.class);
        heard.changes.clear();
        assertThat(post("bulkhead/stock", "{\"settings\": {\"maxConcurrent\": 7}}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(post("circuit-breaker/stock", "{\"action\": \"force-open\"}").statusCode())
                .isEqualTo(200);
        assertThat(post("circuit-breaker/stock", "{\"action\": \"reset\"}").statusCode())
                .isEqualTo(200);
        assertThat(heard.changes).extracting(OperatorChange::principal).containsExactly("olga", "olga", "olga");
        assertThat(context.getBean(ResilienceRegistry.class)
                        .find(io.netrun.resilience.bulkhead.Bulkhead.TYPE, "stock")
                        .orElseThrow()
                        .config()
                        .maxConcurrent())
                .isEqualTo(7);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    public static class Application {

        @Bean
        Handlers handlers() {
            return new Handlers();
        }

        @Bean
        Heard heard() {
            return new Heard();
        }

        @Bean
        SecurityWebFilterChain security(ServerHttpSecurity http) {
            return http.authorizeExchange(exchanges -> exchanges
                            .pathMatchers(HttpMethod.OPTIONS)
                            .permitAll()
                            .anyExchange()
                            .authenticated())
                    .httpBasic(Customizer.withDefaults())
                    .csrf(ServerHttpSecurity.CsrfSpec::disable)
                    .build();
        }
    }

    static class Heard {

        private final List<OperatorChange> changes = new CopyOnWriteArrayList<>();

        @EventListener
        public void on(OperatorChange change) {
            changes.add(change);
        }
    }

    @RestController
    public static class Handlers {

        private final AtomicInteger monos = new AtomicInteger();
        private final AtomicInteger fluxes = new AtomicInteger();

        public int monos() {
            return monos.get();
        }

        public int fluxes() {
            return fluxes.get();
        }

        @GetMapping("/mono/{id}")
        @Retry(name = "mono")
        @Bulkhead(name = "stock")
        @CircuitBreaker(name = "stock")
        public Mono<String> mono(@PathVariable("id") String id) {
            return Mono.defer(() -> monos.incrementAndGet() < 3
                    ? Mono.error(new IllegalStateException("not yet"))
                    : Mono.just("mono " + id));
        }

        @GetMapping("/flux/{id}")
        @Retry(name = "flux")
        public Flux<String> flux(@PathVariable("id") String id) {
            return Flux.defer(() -> fluxes.incrementAndGet() < 2
                    ? Flux.error(new IllegalStateException("not yet"))
                    : Flux.just("flux " + id, ", again " + id));
        }
    }
}
