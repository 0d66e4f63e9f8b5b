package io.netrun.resilience.spring.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.RateLimiter;
import io.netrun.resilience.ratelimiter.Learning;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceHttpClientsAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceMetricsAutoConfiguration;
import io.netrun.resilience.spring.metrics.ResilienceMeters;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

/** Rate limiters that the answers of a dependency pause. */
class LearningTests {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ResilienceAutoConfiguration.class,
                    ResilienceHttpClientsAutoConfiguration.class,
                    ResilienceMetricsAutoConfiguration.class))
            .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
            .withPropertyValues(
                    "resilience.retry.defaults.base-delay=1ms",
                    "resilience.retry.defaults.max-delay=1ms",
                    "resilience.rate-limiter.instances.prices.learn=retry-after",
                    "resilience.http-clients.prices.rate-limiter=prices",
                    "resilience.http-clients.prices.retry=prices");

    private ScriptedServer server;

    @BeforeEach
    void start() throws Exception {
        server = new ScriptedServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    static class Geocoder {

        @RateLimiter(name = "geocoder", limit = 30, learn = "retry-after", maxPause = "90s")
        public String locate(String seconds) {
            HttpHeaders headers = new HttpHeaders();
            headers.set(HttpHeaders.RETRY_AFTER, seconds);
            throw HttpClientErrorException.create(
                    HttpStatus.TOO_MANY_REQUESTS, "", headers, new byte[0], StandardCharsets.UTF_8);
        }
    }

    private static io.netrun.resilience.ratelimiter.RateLimiter limiter(ApplicationContext context, String name) {
        return context.getBean(ResilienceRegistry.class)
                .find(io.netrun.resilience.ratelimiter.RateLimiter.TYPE, name)
                .orElseThrow();
    }

    private void answersWith(int status, String field, String value) {
        server.answers(exchange -> {
            exchange.getResponseHeaders().add(field, value);
            ScriptedServer.answer(exchange, status, "answered");
        });
    }

    @Test
    void methodShouldLearnFromTheExceptionOfItsClient() {
        runner.withBean(Geocoder.class).run(context -> {
            catchThrowable(() -> context.getBean(Geocoder.class).locate("3600"));

            RateLimiterConfig config = limiter(context, "geocoder").config();
            assertThat(config.learn()).isEqualTo(Learning.RETRY_AFTER);
            assertThat(config.maxPause()).isEqualTo(Duration.ofSeconds(90));
            assertThat(limiter(context, "geocoder").metrics().pausedFor())
                    .isBetween(Duration.ofSeconds(30), Duration.ofSeconds(90));
            MeterRegistry meters = context.getBean(MeterRegistry.class);
            context.getBean(ResilienceMeters.class).bindTo(meters);
            assertThat(meters.get("resilience.ratelimiter.paused")
                            .tag("name", "geocoder")
                            .gauge()
                            .value())
                    .isBetween(30.0, 90.0);
            assertThat(meters.get("resilience.ratelimiter.pauses")
                            .tag("name", "geocoder")
                            .functionCounter()
                            .count())
                    .isEqualTo(1);
        });
    }

    @Test
    void clientShouldLearnFromEachResponse() {
        answersWith(503, "Retry-After", "60");
        runner.run(context -> {
            RestClient client = RestClient.builder()
                    .baseUrl(server.url())
                    .apply(context.getBean(ResilientRestClients.class).client("prices"))
                    .build();

            assertThat(client.get().uri("/").retrieve().body(String.class)).isEqualTo("ok");

            assertThat(server.requests()).as("retried").hasSize(2);
            assertThat(limiter(context, "prices").metrics().pausedFor()).isBetween(LONG, MINUTE);
        });
    }

    @Test
    void statusThatIsNoFailureShouldPauseAsWell() {
        answersWith(429, "X-RateLimit-Remaining", "0");
        runner.withPropertyValues("resilience.http-clients.prices.failure-statuses=500")
                .run(context -> {
                    RestClient client = RestClient.builder()
                            .baseUrl(server.url())
                            .apply(context.getBean(ResilientRestClients.class).client("prices"))
                            .build();
                    catchThrowable(() -> client.get().uri("/").retrieve().toBodilessEntity());
                    assertThat(limiter(context, "prices").pausedUntil())
                            .as("no reset")
                            .isEmpty();

                    answersWith(429, "RateLimit", "\"minute\";r=0;t=60");
                    catchThrowable(() -> client.get().uri("/").retrieve().toBodilessEntity());

                    assertThat(limiter(context, "prices").metrics().pausedFor()).isBetween(LONG, MINUTE);
                });
    }

    @Test
    void webClientShouldLearnFromEachResponse() {
        answersWith(503, "Retry-After", "60");
        runner.run(context -> {
            WebClient client = WebClient.builder()
                    .baseUrl(server.url())
                    .apply(context.getBean(ResilientWebClients.class).client("prices"))
                    .build();

            assertThat(client.get().uri("/").retrieve().bodyToMono(String.class).block(LONG))
                    .isEqualTo("ok");

            assertThat(server.requests()).as("retried").hasSize(2);
            assertThat(limiter(context, "prices").metrics().pausedFor()).isBetween(LONG, MINUTE);
        });
    }

    @Test
    void valueOutOfRangeShouldBeAStartUpProblem() {
        runner.withPropertyValues("resilience.rate-limiter.defaults.max-pause=0s")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasMessageContaining("max-pause")
                        .hasMessageContaining("must be"));
        runner.withPropertyValues("resilience.rate-limiter.defaults.learn=always")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasMessageContaining("learn")
                        .hasMessageContaining("retry-after"));
    }
}
