package io.netrun.resilience.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.spring.HandTicker;
import io.netrun.resilience.spring.method.AttemptTimes;
import io.netrun.resilience.spring.method.AttemptTimes.AttemptTime;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.settings.InstanceUser;
import io.netrun.resilience.timeout.Timeout;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;

/**
 * What the overview needs when it is largest: 300 names with methods and attempts, of which 100 and more are problems,
 * and 100 changes by operators. With {@code -Doverview.rounds=200} it prints how long one takes.
 */
@SpringBootTest(
        classes = OverviewOfAnOutageTests.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.application.name=shop",
            "management.endpoints.web.exposure.include=resilience",
            "management.endpoint.resilience.access=unrestricted"
        })
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OverviewOfAnOutageTests {

    private static final int NAMES = 300;
    private static final int TROUBLED = 120;

    /** Some 60 KB for a name: 6 KB of samples for each of its four instances are copied, and its line is made. */
    private static final long MAX_ALLOCATED = 18_000_000;

    @LocalServerPort
    private int port;

    @Autowired
    private ResilienceRegistry registry;

    @Autowired
    private HandTicker ticker;

    @Autowired
    private Carriers carriers;

    @Autowired
    private Overview overview;

    private WebTestClient http;

    @BeforeAll
    void begin() {
        http = WebTestClient.bindToServer()
                .responseTimeout(Duration.ofSeconds(60))
                .baseUrl("http://localhost:" + port + "/actuator/resilience")
                .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(4 << 20))
                .build();
        for (int i = 0; i < NAMES; i++) {
            carriers.add(registry, i);
        }
        for (int sample = 0; sample < 12; sample++) {
            for (int i = 0; i < NAMES; i++) {
                carriers.call(registry, i, sample >= 4 && i < TROUBLED);
            }
            ticker.pass(History.EACH);
        }
        for (int i = 0; i < 110; i++) {
            Map<String, String> change = i % 2 == 0
                    ? Map.of("action", i % 4 == 0 ? "force-open" : "reset")
                    : Map.of("settings", "failureThreshold=" + (50 + i) + ", openDuration=" + (20 + i) + "s");
            Map<String, String> body = new TreeMap<>(change);
            body.put("reason", "the carrier moves its servers to another data centre until noon, as operations know");
            body.put("operator", "alice.anderson");
            http.post()
                    .uri("/circuit-breaker/" + carriers.name(i / 2))
                    .contentType(MediaType.APPLICATION_JSON)
                    .bodyValue(body)
                    .exchange()
                    .expectStatus()
                    .isOk();
        }
    }

    @Test
    void answerInALargeOutageShouldBeSmall() {
        byte[] answer = http.get()
                .uri("/overview")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.problems.length()")
                .isEqualTo(Overview.MAX_PROBLEMS)
                .jsonPath("$.changes.length()")
                .isEqualTo(100)
                .jsonPath("$.head.names")
                .isEqualTo(NAMES)
                .jsonPath("$.head.attemptTimes")
                .isEqualTo(true)
                .returnResult()
                .getResponseBody();
        assertThat(answer).hasSizeLessThan(100_000);
        System.out.printf("overview: %,d bytes%n", answer.length);
    }

    @Test
    void worstNamesShouldBeWhole() {
        WebTestClient.BodyContentSpec answer =
                http.get().uri("/overview").exchange().expectStatus().isOk().expectBody();
        answer.jsonPath("$.problems[11].users")
                .isNotEmpty()
                .jsonPath("$.problems[11].before")
                .isNotEmpty()
                .jsonPath("$.problems[99].causes.length()")
                .isEqualTo(1)
                .jsonPath("$.problems[99].causes[0].text")
                .isNotEmpty()
                .jsonPath("$.problems[99].users[0]")
                .value(user -> assertThat(user.toString()).matches("Carrier\\d+Client\\.charge"))
                .jsonPath("$.names[?(@.level == 'rejecting')].cells")
                .isNotEmpty()
                .jsonPath("$.changes[0].before.failureThreshold")
                .isNotEmpty()
                .jsonPath("$.changes[0].reason")
                .isNotEmpty()
                .jsonPath("$.changes[99].before")
                .doesNotExist()
                .jsonPath("$.changes[99].reason")
                .doesNotExist()
                .jsonPath("$.changes[99].principal")
                .isEqualTo("alice.anderson")
                .jsonPath("$.names.length()")
                .value(names -> assertThat((Integer) names).isBetween(Overview.MAX_PROBLEMS, NAMES));
    }

    @Test
    void sizeShouldBeKnownBeforehand() {
        byte[] answer = http.get()
                .uri("/overview")
                .exchange()
                .expectBody()
                .returnResult()
                .getResponseBody();
        assertThat(JsonSize.of(overview.all())).isBetween(answer.length * 95L / 100, answer.length * 105L / 100);
        assertThat(JsonSize.of(Map.of("a\"", List.of("ä", 1.5, true))))
                .isGreaterThanOrEqualTo("{\"a\\\"\":[\"ä\",1.5,true]}".getBytes(StandardCharsets.UTF_8).length);
    }

    @Test
    void overviewShouldAllocateLittle() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        overview.all();
        long before = threads.getCurrentThreadAllocatedBytes();
        overview.all();
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        System.out.printf("overview: %,d bytes allocated%n", allocated);
        assertThat(allocated).isLessThan(MAX_ALLOCATED);
    }

    /** The figures of docs/operations/endpoint.md. */
    @Test
    void overviewShouldBeTimedWhereAsked() throws Exception {
        int rounds = Integer.getInteger("overview.rounds", 0);
        assumeTrue(rounds > 0, "Nobody asked for times");
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + port + "/actuator/resilience/overview"))
                .build();
        time(rounds, "made", overview::all);
        time(rounds, "over HTTP", () -> client.send(request, HttpResponse.BodyHandlers.ofByteArray()));
    }

    private static void time(int rounds, String what, Callable<?> work) throws Exception {
        double[] millis = new double[rounds];
        for (int round = -rounds; round < rounds; round++) {
            long began = System.nanoTime();
            work.call();
            if (round >= 0) {
                millis[round] = (System.nanoTime() - began) / 1e6;
            }
        }
        Arrays.sort(millis);
        System.out.printf(
                "overview %s: %.1f ms at best, %.1f median, %.1f p90%n",
                what, millis[0], millis[rounds / 2], millis[rounds * 9 / 10]);
    }

    /** Carriers of the shop, each behind four patterns, with a method of its own. */
    static class Carriers implements InstanceUser, AttemptTimes {

        private final Map<String, Pipeline> pipelines = new TreeMap<>();
        private final Map<String, AttemptTime> times = new ConcurrentHashMap<>();

        String name(int i) {
            return "carrier-%03d.example.org".formatted(i);
        }

        private static String client(int i) {
            return "Carrier%03dClient".formatted(i);
        }

        void add(ResilienceRegistry registry, int i) {
            String name = name(i);
            CircuitBreakerConfig opening = CircuitBreakerConfig.builder()
                    .failureThreshold(i % 3 == 0 ? 3 : 1_000)
                    .openDuration(Duration.ofSeconds(10))
                    .build();
            pipelines.put(
                    "io.example.shop.carriers." + client(i) + ".charge(String, BigDecimal)",
                    Pipeline.of(
                            registry.getOrCreate(Timeout.TYPE, name),
                            registry.getOrCreate(
                                    Retry.TYPE,
                                    name,
                                    RetryConfig.builder().maxAttempts(1).build()),
                            registry.getOrCreate(CircuitBreaker.TYPE, name, opening),
                            registry.getOrCreate(
                                    Bulkhead.TYPE,
                                    name,
                                    BulkheadConfig.builder()
                                            .maxConcurrent(10)
                                            .maxQueue(10)
                                            .build())));
        }

        /** Some calls; of one that is troubled, they are rejected one after the other, or fail. */
        void call(ResilienceRegistry registry, int i, boolean troubled) {
            CircuitBreaker breaker = registry.find(CircuitBreaker.TYPE, name(i)).orElseThrow();
            Bulkhead bulkhead = registry.find(Bulkhead.TYPE, name(i)).orElseThrow();
            Retry retry = registry.find(Retry.TYPE, name(i)).orElseThrow();
            for (int call = 0; call < 7; call++) {
                catchThrowable(() -> retry.run(() -> breaker.run(() -> bulkhead.run(() -> {
                    if (troubled) {
                        throw new IllegalStateException(
                                "503 Service Unavailable: \"{\"error\":\"the database of " + name(i) + " is down\"}\"");
                    }
                }))));
            }
            double each = troubled ? 480.25 : 120.25;
            times.merge(client(i) + ".charge", new AttemptTime(7, 7 * each, 2 * each), AttemptTime::plus);
        }

        @Override
        public Map<String, AttemptTime> byMethod() {
            return times;
        }

        @Override
        public List<Problem> check() {
            return List.of();
        }

        @Override
        public void rebind(Set<String> changed) {}

        @Override
        public Map<String, Pipeline> pipelines() {
            return pipelines;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        @Primary
        Carriers carriers() {
            return new Carriers();
        }

        @Bean
        HandTicker ticker() {
            return new HandTicker();
        }

        @Bean
        History history(ResilienceRegistry registry, Carriers carriers) {
            return new History(registry, carriers, Runnable::run);
        }
    }
}
