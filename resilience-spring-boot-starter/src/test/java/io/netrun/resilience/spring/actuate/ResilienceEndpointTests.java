package io.netrun.resilience.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.micrometer.core.instrument.MeterRegistry;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.spring.ShopBeans.PaymentClient;
import io.netrun.resilience.spring.event.RecentEvents;
import io.netrun.resilience.timeout.Timeout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;

@SpringBootTest(
        classes = ResilienceEndpointTests.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "management.endpoints.web.exposure.include=*",
            "management.endpoint.resilience.access=unrestricted",
            "management.prometheus.metrics.export.enabled=true",
            "resilience.circuit-breaker.instances.payments.open-duration=45s",
            "resilience.http-clients.prices.circuit-breaker=payments",
            "resilience.retry.instances.[PaymentClient.chargeFuture].enabled=false"
        })
class ResilienceEndpointTests {

    @LocalServerPort
    private int port;

    @Autowired
    private PaymentClient client;

    @Autowired
    private ResilienceRegistry registry;

    @Autowired
    private MeterRegistry meters;

    @Autowired
    private RecentEvents recentEvents;

    private WebTestClient http;

    @BeforeEach
    void startAfresh() {
        http = WebTestClient.bindToServer()
                .responseTimeout(Duration.ofSeconds(30))
                .baseUrl("http://localhost:" + port + "/actuator")
                .build();
        registry.find(CircuitBreaker.TYPE, "payments").orElseThrow().reset();
        client.failTimes(0);
    }

    @Test
    void getShouldShowEveryPatternAndMethod() throws Exception {
        client.charge();
        http.get()
                .uri("/resilience")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.circuitBreakers.payments.state")
                .isEqualTo("closed")
                .jsonPath("$.circuitBreakers.payments.failureCount")
                .isEqualTo(0)
                .jsonPath("$.circuitBreakers.payments.successCount")
                .isEqualTo(0)
                .jsonPath("$.circuitBreakers.payments.halfOpenCalls")
                .isEqualTo(0)
                .jsonPath("$.circuitBreakers.payments.lastFailureTime")
                .isEmpty()
                .jsonPath("$.bulkheads.payments.maxConcurrent")
                .isEqualTo(4)
                .jsonPath("$.bulkheads.payments.maxQueue")
                .isEqualTo(100)
                .jsonPath("$.bulkheads.payments.syncActive")
                .isEqualTo(0)
                .jsonPath("$.bulkheads.payments.asyncQueued")
                .isEqualTo(0)
                .jsonPath("$.bulkheads.payments.totalAccepted")
                .isNumber()
                .jsonPath("$.retries.payments.totalRetries")
                .isNumber()
                .jsonPath("$.timeouts.payments.totalTimedOut")
                .isEqualTo(0)
                .jsonPath("$.methods['io.netrun.resilience.spring.ShopBeans$PaymentClient.charge()'][*].pattern")
                .isEqualTo(List.of("timeout", "bulkhead", "retry", "circuit-breaker"));
    }

    @Test
    void getShouldShowTheChainsOfHttpClients() {
        http.get()
                .uri("/resilience")
                .exchange()
                .expectBody()
                .jsonPath("$.clients[\"HTTP client 'prices'\"][*].name")
                .isEqualTo("payments");
    }

    @Test
    void getOfInstanceShouldShowSettingsWithTheirOrigin() {
        http.get()
                .uri("/resilience/circuit-breaker/payments")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.settings.failureThreshold.value")
                .isEqualTo(3)
                .jsonPath("$.settings.failureThreshold.origin")
                .isEqualTo("annotation")
                .jsonPath("$.settings.openDuration.value")
                .isEqualTo("PT45S")
                .jsonPath("$.settings.successThreshold.origin")
                .isEqualTo("default");
    }

    @ParameterizedTest
    @ValueSource(strings = {"timeout", "bulkhead", "retry", "circuit-breaker"})
    void getOfInstanceShouldWorkForEveryPatternWhateverItsSettings(String pattern) {
        http.get()
                .uri("/resilience/" + pattern + "/payments")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.settings")
                .isNotEmpty();
    }

    @Test
    void getOfInstanceShouldShowWhyItOpenedAndWhatFailedLast() {
        client.failTimes(99);
        catchThrowable(client::charge);
        http.get()
                .uri("/resilience/circuit-breaker/payments")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.state")
                .isEqualTo("open")
                .jsonPath("$.nextTrialTime")
                .isNotEmpty()
                .jsonPath("$.lastFailures[0].thrown")
                .isEqualTo("IOException: failure 3")
                .jsonPath("$.lastFailures[0].reason")
                .isEmpty()
                .jsonPath("$.lastFailures[0].time")
                .isNotEmpty()
                .jsonPath("$.recentEvents[0].event")
                .isEqualTo("stateChanged")
                .jsonPath("$.recentEvents[0].to")
                .isEqualTo("open")
                .jsonPath("$.recentEvents[0].reason")
                .isEqualTo("the failure count reached 3")
                .jsonPath("$.recentEvents[0].time")
                .isNotEmpty();
    }

    @Test
    void failureThatThrewNothingShouldShowWhatGaveTheCallUp() {
        CircuitBreaker slow = registry.getOrCreate(CircuitBreaker.TYPE, "slow");
        CompletableFuture<String> call = Timeout.of("patience", c -> c.duration(Duration.ofMillis(20)))
                .callAsync(() -> slow.callAsync(() -> new CompletableFuture<String>()));
        assertThat(call).failsWithin(Duration.ofSeconds(30));
        http.get()
                .uri("/resilience/circuit-breaker/slow")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.lastFailures[0].thrown")
                .isEmpty()
                .jsonPath("$.lastFailures[0].reason")
                .isEqualTo("given up by Timeout 'patience'");
        registry.remove(slow);
    }

    @Test
    void recentEventsShouldBeAFewAndGoWithTheirInstance() {
        CircuitBreaker breaker = registry.getOrCreate(CircuitBreaker.TYPE, "passing");
        for (int i = 0; i < 50; i++) {
            breaker.forceOpen();
            breaker.reset();
        }
        assertThat(recentEvents.of(breaker)).hasSize(20);
        registry.remove(breaker);
        breaker.forceOpen();
        assertThat(recentEvents.of(breaker)).isEmpty();
    }

    @Test
    void getOfPatternShouldShowItsInstances() {
        http.get()
                .uri("/resilience/retry")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.payments")
                .exists();
    }

    @Test
    void getOfUnknownNameShouldBe404AndCreateNothing() {
        http.get()
                .uri("/resilience/circuit-breaker/nobody")
                .exchange()
                .expectStatus()
                .isNotFound()
                .expectBody()
                .jsonPath("$.error")
                .isEqualTo("There is no circuit-breaker named 'nobody'");
        assertThat(registry.find(CircuitBreaker.TYPE, "nobody")).isEmpty();
    }

    @Test
    void getOfUnknownPatternShouldBe404() {
        http.get().uri("/resilience/teapot").exchange().expectStatus().isNotFound();
    }

    @Test
    void postShouldForceOpenDisableTryAndReset() {
        act("force-open").expectStatus().isOk().expectBody().jsonPath("$.state").isEqualTo("forced-open");
        act("disable").expectStatus().isOk().expectBody().jsonPath("$.state").isEqualTo("disabled");
        act("half-open").expectStatus().isOk().expectBody().jsonPath("$.state").isEqualTo("half-open");
        act("reset").expectStatus().isOk().expectBody().jsonPath("$.state").isEqualTo("closed");
    }

    @Test
    void postOfUnknownActionShouldBe400AndSayTheKnownOnes() {
        act("explode")
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.error")
                .isEqualTo("Unknown action 'explode'")
                .jsonPath("$.remedy")
                .isEqualTo("Known actions: reset, half-open, force-open, disable");
    }

    @Test
    void postWithoutActionShouldBe400() {
        post("/resilience/circuit-breaker/payments", "{}").expectStatus().isBadRequest();
    }

    @Test
    void postOfSettingsShouldChangeThemAndSayWho() {
        change("maxConcurrent=7, max-wait = 250ms")
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.maxConcurrent")
                .isEqualTo(7)
                .jsonPath("$.settings.maxWait.value")
                .isEqualTo("PT0.25S")
                .jsonPath("$.settings.maxWait.origin")
                .isEqualTo("operator")
                .jsonPath("$.settings.maxQueue.origin")
                .isEqualTo("default");
        change("maxConcurrent=4").expectStatus().isOk();
    }

    @Test
    void postOfEnabledShouldSwitchTheProtectionOffAndOn() {
        change("enabled=false")
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.enabled")
                .isEqualTo(false);
        change("enabled=true")
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.enabled")
                .isEqualTo(true);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "maxQueue=9, maxConcurrent=0|Bulkhead 'payments': maxConcurrent is 0: must be between 1 and 1000000",
                "maxQueue=9, maxWait=soon|maxWait is 'soon', which cannot be read as a duration",
                "maxQueue=9, maxWeight=1|A bulkhead has no setting 'maxWeight' that can be changed at runtime",
                "maxQueue=9, maxWait=${java.version}|maxWait is '${java.version}', which cannot be read as a duration",
                "maxQueue=9, maxWait=|maxWait is ''",
                "maxQueue=9, pools|maxQueue is '9, pools', which cannot be read as a whole number",
                "nonsense|A bulkhead has no setting 'nonsense' that can be changed at runtime",
            })
    void postOfSettingsShouldChangeNothingIfOneIsWrong(String settings, String error) {
        change(settings)
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.error")
                .isEqualTo(error);
        assertThat(registry.find(Bulkhead.TYPE, "payments")
                        .orElseThrow()
                        .config()
                        .maxQueue())
                .isEqualTo(100);
    }

    @Test
    void postShouldNotLoadClassesThatItNames() {
        post("/resilience/retry/payments", "{\"settings\": \"exceptions=java.lang.Error\"}")
                .expectStatus()
                .isBadRequest();
    }

    @Test
    void postOfBothActionAndSettingsShouldBe400() {
        post("/resilience/circuit-breaker/payments", "{\"action\": \"reset\", \"settings\": \"successThreshold=1\"}")
                .expectStatus()
                .isBadRequest();
    }

    @Test
    void postToUnknownNameShouldBe404AndCreateNothing() {
        post("/resilience/circuit-breaker/nobody", "{\"action\":\"reset\"}")
                .expectStatus()
                .isNotFound();
        assertThat(registry.find(CircuitBreaker.TYPE, "nobody")).isEmpty();
    }

    @Test
    void scrapeShouldShowTheMeters() {
        client.failTimes(99);
        catchThrowable(client::charge);
        String scraped = new String(
                http.get()
                        .uri("/prometheus")
                        .accept(MediaType.TEXT_PLAIN)
                        .exchange()
                        .expectStatus()
                        .isOk()
                        .expectBody()
                        .returnResult()
                        .getResponseBodyContent(),
                StandardCharsets.UTF_8);
        assertThat(scraped)
                .contains("resilience_circuitbreaker_state{name=\"payments\",state=\"open\"} 1.0")
                .contains("resilience_circuitbreaker_failure_count{name=\"payments\"} 3.0")
                .contains("resilience_circuitbreaker_calls_total{name=\"payments\",outcome=\"failed\"}")
                .contains("resilience_bulkhead_active{name=\"payments\",pool=\"sync\"} 0.0")
                .contains("resilience_retry_retries_total{name=\"payments\"}")
                .contains("resilience_timeout_calls_total{name=\"payments\",outcome=\"timed_out\"} 0.0");
    }

    @Test
    void metersShouldComeAndGoWithTheirInstance() {
        registry.getOrCreate(Retry.TYPE, "passing");
        assertThat(meters.find("resilience.retry.retries")
                        .tag("name", "passing")
                        .functionCounter())
                .isNotNull();
        registry.remove(Retry.TYPE, "passing");
        assertThat(meters.find("resilience.retry.retries")
                        .tag("name", "passing")
                        .functionCounter())
                .isNull();
    }

    private WebTestClient.ResponseSpec change(String settings) {
        return post("/resilience/bulkhead/payments", "{\"settings\": \"" + settings + "\"}");
    }

    private WebTestClient.ResponseSpec act(String action) {
        return post("/resilience/circuit-breaker/payments", "{\"action\":\"" + action + "\"}");
    }

    @Test
    void instanceSwitchedOffAtTheStartShouldBeSwitchedOnByPost() throws Exception {
        String uri = "/resilience/retry/PaymentClient.chargeFuture";
        String chain = "$.methods['io.netrun.resilience.spring.ShopBeans$PaymentClient.chargeFuture()'][0].enabled";
        client.failTimes(1);
        assertThatThrownBy(() -> client.chargeFuture().get()).isInstanceOf(ExecutionException.class);
        getAll().jsonPath(chain).isEqualTo(false);
        post(uri, "{\"settings\": \"enabled=true\"}").expectStatus().isOk();
        client.failTimes(1);
        assertThat(client.chargeFuture().get()).isEqualTo("ok");
        getAll().jsonPath(chain).doesNotExist();
        post(uri, "{\"settings\": \"enabled=false\"}").expectStatus().isOk();
    }

    private WebTestClient.BodyContentSpec getAll() {
        return http.get().uri("/resilience").exchange().expectStatus().isOk().expectBody();
    }

    private WebTestClient.ResponseSpec post(String uri, String body) {
        return http.post()
                .uri(uri)
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(body)
                .exchange();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        PaymentClient paymentClient() {
            return new PaymentClient();
        }
    }
}
