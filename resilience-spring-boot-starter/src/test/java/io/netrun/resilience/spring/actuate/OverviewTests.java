package io.netrun.resilience.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.spring.HandTicker;
import io.netrun.resilience.spring.ShopBeans.PaymentClient;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
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
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.EntityExchangeResult;
import org.springframework.test.web.reactive.server.WebTestClient;

/** The overview of all names, over HTTP. */
@SpringBootTest(
        classes = OverviewTests.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.application.name=shop",
            "management.endpoints.web.exposure.include=resilience",
            "management.endpoint.resilience.access=unrestricted"
        })
class OverviewTests {

    @LocalServerPort
    private int port;

    @Autowired
    private ResilienceRegistry registry;

    @Autowired
    private HandTicker ticker;

    private WebTestClient http;
    private CircuitBreaker ledger;

    @BeforeEach
    void begin() {
        http = WebTestClient.bindToServer()
                .responseTimeout(Duration.ofSeconds(30))
                .baseUrl("http://localhost:" + port + "/actuator/resilience")
                .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(4 << 20))
                .build();
        ledger = registry.getOrCreate(
                CircuitBreaker.TYPE,
                "ledger",
                CircuitBreakerConfig.builder()
                        .failureThreshold(3)
                        .openDuration(Duration.ofSeconds(20))
                        .build());
    }

    @AfterEach
    void end() {
        // Tests begin with a sample, whatever time the one before has used.
        long each = History.EACH.toNanos();
        ticker.pass(Duration.ofNanos(each - ticker.nanoTime() % each));
        registry.all().stream()
                .filter(policy -> !policy.name().startsWith("payments"))
                .toList()
                .forEach(registry::remove);
    }

    @Test
    void headShouldSayWhatIsSeen() {
        ticker.pass(History.EACH);
        overview()
                .jsonPath("$.head.application")
                .isEqualTo("shop")
                .jsonPath("$.head.node")
                .isNotEmpty()
                .jsonPath("$.head.started")
                .isNotEmpty()
                .jsonPath("$.head.sampled")
                .isNotEmpty()
                .jsonPath("$.head.sampleSeconds")
                .isEqualTo(5)
                .jsonPath("$.head.samples")
                .isEqualTo(180)
                .jsonPath("$.head.names")
                .isNumber()
                .jsonPath("$.head.attemptTimes")
                .isEqualTo(false)
                .jsonPath("$.head.fleet")
                .doesNotExist();
    }

    static class Tenants {

        @io.netrun.resilience.annotation.Bulkhead(name = "tenants", key = "#tenant")
        public String call(String tenant) {
            return tenant;
        }
    }

    @Test
    void instanceOfAFamilyShouldNameTheMethodsOfTheFamily(@Autowired Tenants tenants) {
        tenants.call("a");
        ticker.pass(History.EACH);
        overview().jsonPath("$.names[?(@.name == 'tenants:a')].classes[*]").isEqualTo("OverviewTests$Tenants");
        http.get()
                .uri("/overview/{name}", "tenants:a")
                .exchange()
                .expectBody()
                .jsonPath("$.chains['" + Tenants.class.getName() + ".call(String)']")
                .exists();
        http.get()
                .uri("/bulkhead/{name}", "tenants:a")
                .exchange()
                .expectBody()
                .jsonPath("$.usedBy[0]")
                .isEqualTo(Tenants.class.getName() + ".call(String)");
    }

    @Test
    void nameShouldHaveOneLineForAllPatterns() {
        String line = "$.names[?(@.name == 'payments')]";
        overview()
                .jsonPath("$.problems[?(@.name == 'payments')]")
                .isEmpty()
                .jsonPath(line + ".cells['circuit-breaker'].state")
                .isEqualTo("closed")
                .jsonPath(line + ".cells.bulkhead.maxConcurrent")
                .isEqualTo(4)
                .jsonPath(line + ".cells.keys()")
                .exists()
                .jsonPath(line + ".classes[*]")
                .isEqualTo("ShopBeans$PaymentClient");
    }

    @Test
    void openCircuitShouldBeAProblemWithReasonAndRemedy() {
        ticker.pass(History.EACH);
        fail(3);
        succeed(7);
        ticker.pass(History.EACH);
        String cause = "$.problems[0].causes[0]";
        overview()
                .jsonPath("$.problems[0].name")
                .isEqualTo("ledger")
                .jsonPath("$.problems[0].level")
                .isEqualTo("rejecting")
                .jsonPath("$.problems[0].users")
                .isArray()
                .jsonPath(cause + ".kind")
                .isEqualTo("open")
                .jsonPath(cause + ".pattern")
                .isEqualTo("circuit-breaker")
                .jsonPath(cause + ".text")
                .isEqualTo("circuit open: calls are rejected")
                .jsonPath(cause + ".since")
                .isNotEmpty()
                .jsonPath(cause + ".reason")
                .isEqualTo("the failure count reached 3")
                .jsonPath(cause + ".lastFailure.thrown")
                .isEqualTo("IllegalStateException: down")
                .jsonPath(cause + ".lastOpened")
                .isEqualTo(ticker.now().minus(History.EACH).toString())
                .jsonPath(cause + ".nextTrialTime")
                .isEqualTo(ticker.now().plusSeconds(15).toString())
                .jsonPath(cause + ".rate")
                .isEqualTo(0.7)
                .jsonPath(cause + ".action")
                .isEqualTo("reset")
                .jsonPath("$.names[?(@.name == 'ledger')].level")
                .isEqualTo("rejecting")
                .jsonPath("$.names[?(@.name == 'ledger')].seconds")
                .isEqualTo(5)
                .jsonPath("$.names[?(@.name == 'ledger')].calls")
                .isEqualTo(2)
                .jsonPath("$.names[?(@.name == 'ledger')].failed")
                .isEqualTo(0.6)
                .jsonPath("$.names[?(@.name == 'ledger')].rejected")
                .isEqualTo(1.4)
                .jsonPath("$.names[?(@.name == 'ledger')].opened")
                .isEqualTo(1)
                .jsonPath("$.names[?(@.name == 'ledger')].lane")
                .value(lane -> assertThat(lane.toString()).contains("o"));
    }

    @Test
    void openCircuitShouldHaveTheRatesSinceItOpened() {
        String line = "$.names[?(@.name == 'ledger')]";
        ticker.pass(History.EACH);
        succeed(30);
        ticker.pass(Duration.ofSeconds(1));
        fail(3);
        succeed(2);
        ticker.pass(Duration.ofSeconds(4));
        overview()
                .jsonPath(line + ".rejected")
                .isEmpty()
                .jsonPath(line + ".failed")
                .isEmpty()
                .jsonPath(line + ".calls")
                .isEqualTo(3.5)
                .jsonPath(line + ".seconds")
                .isEqualTo(0);
        succeed(10);
        ticker.pass(History.EACH);
        overview()
                .jsonPath(line + ".rejected")
                .isEqualTo(2)
                .jsonPath(line + ".calls")
                .isEqualTo(2); // none from before
        succeed(20);
        ticker.pass(History.EACH);
        overview()
                .jsonPath(line + ".rejected")
                .isEqualTo(3)
                .jsonPath(line + ".seconds")
                .isEmpty();
    }

    @Test
    void closedCircuitShouldHaveTheRatesSinceItClosed() {
        String line = "$.names[?(@.name == 'ledger')]";
        ticker.pass(History.EACH);
        fail(3);
        succeed(10); // rejected
        ticker.pass(Duration.ofSeconds(4));
        ledger.reset();
        succeed(2);
        ticker.pass(Duration.ofSeconds(1));
        overview()
                .jsonPath(line + ".rejected")
                .isEmpty()
                .jsonPath(line + ".seconds")
                .isEqualTo(0);
        succeed(10);
        ticker.pass(History.EACH);
        overview()
                .jsonPath(line + ".rejected")
                .isEmpty()
                .jsonPath(line + ".calls")
                .isEqualTo(2)
                .jsonPath(line + ".seconds")
                .isEqualTo(5);
        ticker.pass(History.EACH);
        overview()
                .jsonPath(line + ".calls")
                .isEqualTo(1)
                .jsonPath(line + ".seconds")
                .isEmpty();
    }

    @Test
    void circuitThatHasJustClosedWithoutAProblemShouldHaveNoRates() {
        String line = "$.names[?(@.name == 'ledger')]";
        ticker.pass(History.EACH);
        succeed(900);
        fail(3);
        succeed(10); // rejected
        ticker.pass(Duration.ofSeconds(4));
        ledger.reset();
        ticker.pass(Duration.ofSeconds(1));
        overview()
                .jsonPath("$.problems[?(@.name == 'ledger')]")
                .isEmpty()
                .jsonPath(line + ".rejected")
                .isEmpty()
                .jsonPath(line + ".seconds")
                .isEqualTo(0);
    }

    /** What failed or was rejected while it was open is no sign that it fails now. */
    @Test
    void circuitThatHasJustClosedShouldHaveNoProblemOfBefore() {
        ticker.pass(History.EACH);
        succeed(3);
        fail(3);
        succeed(10); // rejected
        ticker.pass(History.EACH);
        ledger.reset();
        succeed(3);
        overview().jsonPath("$.problems[?(@.name == 'ledger')]").isEmpty();
        ticker.pass(History.EACH);
        overview().jsonPath("$.problems[?(@.name == 'ledger')]").isEmpty();
        succeed(3);
        fail(2);
        ticker.pass(History.EACH);
        overview().jsonPath("$.problems[?(@.name == 'ledger')].causes[*].kind").isEqualTo("failing");
    }

    @Test
    void flappingCircuitShouldHaveNoRatesOfBeforeItClosed() {
        String line = "$.names[?(@.name == 'ledger')]";
        for (int i = 0; i < 3; i++) {
            fail(3);
            succeed(10); // rejected
            ticker.pass(History.EACH);
            ledger.reset();
            ticker.pass(History.EACH);
        }
        overview()
                .jsonPath("$.problems[?(@.name == 'ledger')].causes[*].kind")
                .isEqualTo("flapping")
                .jsonPath("$.problems[?(@.name == 'ledger')].lost")
                .isEmpty()
                .jsonPath(line + ".rejected")
                .isEmpty()
                .jsonPath(line + ".seconds")
                .isEqualTo(0);
    }

    /**
     * Whichever state it has at the moment: what was lost, since when, how often and why are those of all its openings.
     */
    @ParameterizedTest
    @ValueSource(strings = {"open", "half-open", "flapping"})
    void spellOfOpeningsShouldBeTheSameInEachState(String kind) {
        Instant began = ticker.now().plus(History.EACH);
        openThreeTimes();
        if (kind.equals("half-open")) {
            ledger.halfOpen();
        } else if (kind.equals("flapping")) {
            ledger.reset();
        }
        overview()
                .jsonPath("$.problems[0].causes[0].kind")
                .isEqualTo(kind)
                .jsonPath("$.problems[0].causes[0]." + (kind.equals("flapping") ? "since" : "onAndOffSince"))
                .isEqualTo(began.toString())
                .jsonPath("$.problems[0].causes[0].reason")
                .isEqualTo("the failure count reached 3")
                .jsonPath("$.problems[0].lostCalls")
                .isEqualTo(24)
                .jsonPath("$.names[?(@.name == 'ledger')].opened")
                .isEqualTo(3);
    }

    @Test
    void laterFailureShouldBeNoneOfTheOpeningsBefore() {
        openThreeTimes();
        ledger.halfOpen();
        succeed(20); // trials, which close it
        assertThat(ledger.state()).isEqualTo(CircuitBreaker.State.CLOSED);
        ticker.pass(Duration.ofMinutes(2));
        succeed(50);
        catchThrowable(() -> ledger.run(() -> {
            throw new IllegalStateException("too late");
        }));
        ticker.pass(History.EACH.multipliedBy(3));
        String problem = "$.problems[?(@.name == 'ledger')]";
        overview()
                .jsonPath(problem + ".causes[0].lastFailure.thrown")
                .isEqualTo("IllegalStateException: down")
                .jsonPath(problem + ".causes[0].laterFailure.thrown")
                .isEqualTo("IllegalStateException: too late")
                .jsonPath(problem + ".lostCalls")
                .isEqualTo(24)
                .jsonPath(problem + ".lostLater")
                .isEqualTo(1);
    }

    /** The sample before them is no longer known. */
    @Test
    void failedTrialsAtTheEdgeOfTheHistoryShouldBeNoOpenings() {
        ticker.pass(History.EACH);
        fail(3);
        for (int i = 0; i < 4; i++) {
            ticker.pass(History.EACH.multipliedBy(5));
            fail(1); // a trial
        }
        String opened = "$.names[?(@.name == 'ledger')].opened";
        overview().jsonPath(opened).isEqualTo(1);
        ticker.pass(History.EACH.multipliedBy(History.SAMPLES - 20));
        for (int i = 0; i < 22; i++) {
            overview()
                    .jsonPath(opened)
                    .value(number -> assertThat(number.toString()).isIn("[1]", "[]"));
            ticker.pass(History.EACH);
        }
        overview().jsonPath(opened).isEmpty();
    }

    @Test
    void failedTrialBeforeItIsForcedOpenShouldBeNoOpening() {
        ticker.pass(History.EACH);
        fail(3);
        ticker.pass(History.EACH.multipliedBy(5));
        fail(1); // a trial
        ledger.forceOpen();
        overview().jsonPath("$.names[?(@.name == 'ledger')].opened").isEqualTo(1);
        ticker.pass(History.EACH);
        overview().jsonPath("$.names[?(@.name == 'ledger')].opened").isEqualTo(1);
    }

    /** What led to the entry of the operator is not what is wrong now. */
    @Test
    void halfOpenAfterForcedOpenShouldBeTheOperators() {
        ticker.pass(History.EACH);
        fail(2);
        ticker.pass(History.EACH.multipliedBy(10));
        post("/circuit-breaker/ledger", Map.of("action", "force-open"));
        succeed(20); // rejected
        ticker.pass(History.EACH.multipliedBy(2));
        post("/circuit-breaker/ledger", Map.of("action", "half-open"));
        overview()
                .jsonPath("$.problems[0].causes[0].kind")
                .isEqualTo("half-open")
                .jsonPath("$.problems[0].causes[0].by")
                .isNotEmpty()
                .jsonPath("$.problems[0].causes[0].since")
                .isEqualTo(ticker.now().toString())
                .jsonPath("$.problems[0].lostCalls")
                .doesNotExist();
    }

    /** Three openings with 24 lost calls of 124; the last one lasts. */
    private void openThreeTimes() {
        ticker.pass(History.EACH);
        for (int i = 0; i < 3; i++) {
            fail(3);
            succeed(5); // rejected
            ticker.pass(History.EACH);
            if (i < 2) {
                ledger.reset();
                succeed(50);
                ticker.pass(History.EACH.multipliedBy(2));
            }
        }
    }

    /**
     * Forced open in the middle of a sample with as many calls in each second, and for three more: 360 are rejected.
     */
    private void forceOpenForAWhile() {
        succeed(40);
        ticker.pass(Duration.ofSeconds(2));
        post("/circuit-breaker/ledger", Map.of("action", "force-open", "operator", "anna", "reason", "INC-9"));
        succeed(60); // rejected
        ticker.pass(Duration.ofSeconds(3));
        for (int i = 0; i < 3; i++) {
            succeed(100); // rejected
            ticker.pass(History.EACH);
        }
    }

    @Test
    void callsRejectedByOperatorsShouldBeNoLostCallsOfAnOutage() {
        openThreeTimes();
        forceOpenForAWhile();
        post("/circuit-breaker/ledger", Map.of("action", "half-open", "operator", "bob"));
        fail(1); // a trial
        succeed(7); // rejected
        ticker.pass(History.EACH);
        overview()
                .jsonPath("$.problems[0].causes[0].kind")
                .isEqualTo("open")
                .jsonPath("$.problems[0].lostCalls")
                .isEqualTo(72);
    }

    @Test
    void callsRejectedByOperatorsShouldBeNoShareOfAnOutage() {
        openThreeTimes();
        Instant ended = ticker.now().plusSeconds(2);
        forceOpenForAWhile();
        ledger.reset();
        ticker.pass(History.EACH);
        overview()
                .jsonPath("$.problems[0].causes[0].kind")
                .isEqualTo("flapping")
                .jsonPath("$.problems[0].lostCalls")
                .isEqualTo(64)
                .jsonPath("$.problems[0].causes[0].lostShare")
                .isEqualTo(0.39)
                .jsonPath("$.problems[0].causes[0].ended")
                .isEqualTo(ended.toString());
    }

    @Test
    void maintenanceAfterAnOutageShouldNotProlongIt() {
        openThreeTimes();
        Instant ended = ticker.now();
        ledger.reset();
        ticker.pass(History.EACH.multipliedBy(4));
        forceOpenForAWhile();
        ledger.halfOpen();
        ledger.reset();
        ticker.pass(History.EACH);
        overview()
                .jsonPath("$.problems[0].lostCalls")
                .isEqualTo(24)
                .jsonPath("$.problems[0].causes[0].ended")
                .isEqualTo(ended.toString());
    }

    @Test
    void halfOpenedCircuitShouldHaveNoRatesOfBefore() {
        openThreeTimes();
        forceOpenForAWhile();
        post("/circuit-breaker/ledger", Map.of("action", "half-open"));
        succeed(1); // a trial
        ticker.pass(Duration.ofSeconds(1));
        overview()
                .jsonPath("$.problems[0].level")
                .isEqualTo("warning")
                .jsonPath("$.problems[0].lost")
                .doesNotExist()
                .jsonPath("$.problems[0].lostCalls")
                .doesNotExist()
                .jsonPath("$.problems[0].causes[0].rate")
                .doesNotExist();
    }

    @Test
    void forcedOpenCircuitShouldHaveTheCallsSinceThen() {
        openThreeTimes();
        Instant forced = ticker.now().plusSeconds(2);
        forceOpenForAWhile();
        overview()
                .jsonPath("$.problems[0].causes[0].kind")
                .isEqualTo("forced-open")
                .jsonPath("$.problems[0].lostCalls")
                .isEqualTo(360)
                .jsonPath("$.problems[0].lostFrom")
                .isEqualTo(forced.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"open", "half-open"})
    void operatorsShouldBeKnownUntilTheCircuitHasClosed(String kind) {
        openThreeTimes();
        Instant forced = ticker.now().plusSeconds(2);
        forceOpenForAWhile();
        Instant left = ticker.now();
        post("/circuit-breaker/ledger", Map.of("action", "half-open", "operator", "bob"));
        fail(1); // a trial
        ticker.pass(History.EACH);
        if (kind.equals("half-open")) {
            ticker.pass(Duration.ofSeconds(20));
            succeed(1); // begins the trials
        }
        String cause = "$.problems[0].causes[0]";
        overview()
                .jsonPath(cause + ".forcedBefore")
                .isEqualTo(Map.of(
                        "since",
                        forced.toString(),
                        "by",
                        "anna",
                        "reason",
                        "INC-9",
                        "until",
                        left.toString(),
                        "endedBy",
                        "bob"))
                .jsonPath(cause + ".since")
                .isEqualTo(left.toString());
        ledger.reset();
        overview().jsonPath(cause + ".forcedBefore").doesNotExist();
    }

    @Test
    void lastingForceOpenShouldKeepItsReason() {
        for (int i = 0; i < 100; i++) {
            registry.getOrCreate(Bulkhead.TYPE, "b" + i);
        }
        registry.getOrCreate(CircuitBreaker.TYPE, "idle");
        http.post()
                .uri("/circuit-breaker/ledger")
                .bodyValue(Map.of("action", "force-open", "reason", "maintenance"))
                .exchange();
        for (int i = 0; i < 6; i++) {
            post("/circuit-breaker/idle", Map.of("action", "force-open"));
            post("/circuit-breaker/idle", Map.of("action", "reset"));
        }
        overview().jsonPath("$.changes[12].reason").isEqualTo("maintenance");
    }

    @Test
    void changesOfFewNamesShouldAllHaveTheirReasons() {
        for (int i = 0; i < 20; i++) {
            String action = i % 2 == 0 ? "force-open" : "reset";
            post("/circuit-breaker/ledger", Map.of("action", action, "reason", "no " + i));
        }
        overview()
                .jsonPath("$.changes[19].reason")
                .isEqualTo("no 0")
                .jsonPath("$.changes[19].before")
                .exists();
    }

    @Test
    void firstOpeningsShouldBeNoSpell() {
        ticker.pass(History.EACH);
        for (int i = 0; i < 2; i++) {
            fail(3);
            ticker.pass(History.EACH);
            if (i == 0) {
                ledger.reset();
                ticker.pass(History.EACH.multipliedBy(2));
            }
        }
        overview().jsonPath("$.problems[0].causes[0].onAndOffSince").doesNotExist();
    }

    @Test
    void halfOpenCircuitShouldHaveNoRatesOfBeforeItOpened() {
        String line = "$.names[?(@.name == 'ledger')]";
        ticker.pass(History.EACH);
        succeed(50);
        ticker.pass(History.EACH);
        fail(3);
        succeed(5); // rejected
        ticker.pass(History.EACH);
        ledger.halfOpen();
        overview()
                .jsonPath(line + ".seconds")
                .isEqualTo(5)
                .jsonPath(line + ".rejected")
                .isEqualTo(1)
                .jsonPath(line + ".failed")
                .isEqualTo(0.6);
    }

    /** The samples end with the one before it opened. */
    @Test
    void circuitThatClosedBetweenTwoSamplesShouldHaveNoRates() {
        ticker.pass(History.EACH);
        succeed(20);
        ticker.pass(History.EACH.multipliedBy(2));
        fail(3);
        ledger.reset();
        overview().jsonPath("$.names[?(@.name == 'ledger')].seconds").isEqualTo(0);
    }

    @Test
    void openingShouldBeCountedBeforeItsSample() {
        ticker.pass(History.EACH);
        fail(3);
        overview().jsonPath("$.names[?(@.name == 'ledger')].opened").isEqualTo(1);
        ticker.pass(History.EACH);
        overview().jsonPath("$.names[?(@.name == 'ledger')].opened").isEqualTo(1);
        ticker.pass(Duration.ofSeconds(16));
        fail(1); // a trial
        overview().jsonPath("$.names[?(@.name == 'ledger')].opened").isEqualTo(1);
    }

    /** Closed for less than a sample, it is in the same outage: when it began, what was lost and why are of that. */
    @Test
    void briefClosingShouldBeginNoOtherOutage() {
        String problem = "$.problems[?(@.name == 'ledger')]";
        ticker.pass(History.EACH);
        succeed(30);
        ticker.pass(History.EACH);
        fail(3);
        String opened = ticker.now().toString();
        succeed(40); // rejected
        ticker.pass(Duration.ofSeconds(21));
        ledger.reset();
        ticker.pass(Duration.ofMillis(900));
        fail(3);
        for (int trial = 0; trial < 15; trial++) {
            overview()
                    .jsonPath(problem + ".causes[0].since")
                    .isEqualTo(opened)
                    .jsonPath(problem + ".lostCalls")
                    .isEqualTo(46 + trial);
            ticker.pass(Duration.ofSeconds(20));
            fail(1);
        }
    }

    @Test
    void longClosingShouldBeginAnotherOutage() {
        String problem = "$.problems[?(@.name == 'ledger')]";
        ticker.pass(History.EACH);
        fail(3);
        succeed(40); // rejected
        ticker.pass(History.EACH);
        ledger.reset();
        ticker.pass(Duration.ofSeconds(6));
        fail(3);
        overview()
                .jsonPath(problem + ".causes[0].since")
                .isEqualTo(ticker.now().toString())
                .jsonPath(problem + ".lostCalls")
                .isEqualTo(3);
    }

    /** Each trial that fails adds two events, of which twenty are kept. */
    @Test
    void circuitThatStaysOpenShouldKeepWhenAndWhyItOpened() {
        String cause = "$.problems[?(@.name == 'ledger')].causes[0]";
        ticker.pass(History.EACH);
        fail(3);
        String opened = ticker.now().toString();
        for (int trial = 0; trial < 15; trial++) {
            ticker.pass(Duration.ofSeconds(20));
            fail(1);
        }
        overview()
                .jsonPath(cause + ".kind")
                .isEqualTo("open")
                .jsonPath(cause + ".since")
                .isEqualTo(opened)
                .jsonPath(cause + ".reason")
                .isEqualTo("the failure count reached 3");
    }

    /** From the sample with the failures that opened it. */
    @Test
    void lostCallsShouldBeCountedSinceTheProblemBegan() {
        String problem = "$.problems[?(@.name == 'ledger')]";
        ticker.pass(History.EACH);
        succeed(30);
        ticker.pass(History.EACH);
        fail(3);
        ticker.pass(Duration.ofSeconds(4));
        succeed(10); // rejected
        ticker.pass(Duration.ofSeconds(1));
        overview()
                .jsonPath(problem + ".lostCalls")
                .isEqualTo(13)
                .jsonPath(problem + ".lostFrom")
                .isNotEmpty();
        succeed(7);
        ticker.pass(History.EACH);
        overview().jsonPath(problem + ".lostCalls").isEqualTo(20);
    }

    @Test
    void lostCallsShouldBeCountedUntilNow() {
        String problem = "$.problems[?(@.name == 'ledger')]";
        ticker.pass(History.EACH);
        fail(3);
        succeed(10); // rejected
        overview().jsonPath(problem + ".lostCalls").isEqualTo(13);
        ticker.pass(History.EACH);
        overview().jsonPath(problem + ".lostCalls").isEqualTo(13);
        succeed(4);
        overview().jsonPath(problem + ".lostCalls").isEqualTo(17);
    }

    @Test
    void repeatedFailureShouldBeNoLostCall() {
        Retry retry = registry.getOrCreate(
                Retry.TYPE,
                "ledger",
                RetryConfig.builder().maxAttempts(2).baseDelay(Duration.ZERO).build());
        registry.reconfigure(
                CircuitBreaker.TYPE,
                "ledger",
                config -> config.toBuilder().failureThreshold(100).build());
        ticker.pass(History.EACH);
        for (int i = 0; i < 5; i++) {
            catchThrowable(() -> retry.run(() -> ledger.run(() -> {
                throw new IllegalStateException("down");
            })));
        }
        ticker.pass(History.EACH);
        overview()
                .jsonPath("$.problems[?(@.name == 'ledger')].lostCalls")
                .isEqualTo(5)
                .jsonPath("$.problems[?(@.name == 'ledger')].lost")
                .isEqualTo(0.5);
    }

    @Test
    void worstShouldComeFirst() {
        registry.getOrCreate(CircuitBreaker.TYPE, "a").disable();
        registry.getOrCreate(CircuitBreaker.TYPE, "b").forceOpen();
        registry.getOrCreate(Retry.TYPE, "c").setEnabled(false);
        fail(3);
        overview()
                .jsonPath("$.problems[*].name")
                .isEqualTo(List.of("ledger", "b", "a", "c"))
                .jsonPath("$.problems[*].causes[0].kind")
                .isEqualTo(List.of("open", "forced-open", "disabled", "off"))
                .jsonPath("$.problems[*].causes[0].action")
                .isEqualTo(List.of("reset", "reset", "reset", "switch-on"));
    }

    @Test
    void flappingCircuitShouldBeAProblemWhileItIsClosed() {
        for (int i = 0; i < 3; i++) {
            fail(3);
            ledger.reset();
            ticker.pass(History.EACH);
        }
        overview()
                .jsonPath("$.problems[0].causes[*].kind")
                .isEqualTo("flapping")
                .jsonPath("$.problems[0].causes[0].opensAt")
                .doesNotExist();
        ticker.pass(History.EACH);
        ticker.pass(History.EACH);
        overview()
                .jsonPath("$.problems[0].causes[0].text")
                .isEqualTo("circuit opened 3 times in the last 15 minutes")
                .jsonPath("$.problems[0].causes[0].opened")
                .isEqualTo(3)
                .jsonPath("$.problems[0].causes[0].flappingFrom")
                .isEqualTo(3)
                .jsonPath("$.problems[0].causes[0].since")
                .isNotEmpty()
                .jsonPath("$.problems[0].causes[0].lastOpened")
                .isEqualTo(ticker.now().minus(History.EACH.multipliedBy(3)).toString())
                .jsonPath("$.problems[0].causes[0].lostShare")
                .isEqualTo(1)
                .jsonPath("$.problems[0].causes[0].until")
                .isEqualTo(ticker.now()
                        .plus(History.EACH.multipliedBy(History.SAMPLES - 4))
                        .toString())
                .jsonPath("$.problems[0].causes[0].closedSince")
                .isEqualTo(ticker.now().minus(History.EACH.multipliedBy(3)).toString())
                .jsonPath("$.problems[0].causes[0].reason")
                .isEqualTo("the failure count reached 3")
                .jsonPath("$.problems[0].causes[0].action")
                .isEqualTo("settings");
    }

    @Test
    void nameWithoutCallsShouldHaveAnUnknownPast() {
        registry.getOrCreate(CircuitBreaker.TYPE, "idle");
        succeed(1);
        ticker.pass(History.EACH);
        ticker.pass(History.EACH);
        overview()
                .jsonPath("$.names[?(@.name == 'idle')].lane")
                .value(lane -> assertThat(lane.toString()).endsWith("-2n\"]"))
                .jsonPath("$.names[?(@.name == 'ledger')].lane")
                .value(lane -> assertThat(lane.toString()).endsWith("2c\"]"));
        registry.find(CircuitBreaker.TYPE, "idle").orElseThrow().disable();
        ticker.pass(History.EACH);
        overview()
                .jsonPath("$.names[?(@.name == 'idle')].lane")
                .value(lane -> assertThat(lane.toString()).endsWith("-2n1d\"]"));
    }

    @Test
    void nameShouldBeHealthyForAMinuteAfterACall() {
        succeed(1);
        for (int i = 0; i < 12; i++) {
            ticker.pass(History.EACH);
        }
        String line = "$.names[?(@.name == 'ledger')]";
        overview()
                .jsonPath(line + ".level")
                .isEmpty()
                .jsonPath(line + ".lane")
                .value(lane -> assertThat(lane.toString()).endsWith("12c\"]"));
        ticker.pass(History.EACH);
        ticker.pass(History.EACH);
        overview()
                .jsonPath(line + ".level")
                .isEqualTo("no-calls")
                .jsonPath(line + ".lane")
                .value(lane -> assertThat(lane.toString())
                        .as("the time in which it had calls stays")
                        .endsWith("12c2n\"]"))
                .jsonPath("$.head.withoutCalls")
                .value(number -> assertThat(((Number) number).intValue()).isPositive());
        succeed(1);
        overview()
                .jsonPath(line + ".level")
                .value(level -> assertThat(level.toString()).as("at once").isEqualTo("[]"));
    }

    @Test
    void nameWhoseCallsNothingCountsShouldBeNotMeasured() {
        registry.getOrCreate(Retry.TYPE, "retried").run(() -> {});
        ticker.pass(History.EACH);
        ticker.pass(History.EACH);
        overview()
                .jsonPath("$.names[?(@.name == 'retried')].level")
                .isEqualTo("not-measured")
                .jsonPath("$.names[?(@.name == 'retried')].lane")
                .isEqualTo("180-")
                .jsonPath("$.names[?(@.name == 'ledger')].level")
                .isEqualTo("no-calls")
                .jsonPath("$.head.notMeasured")
                .value(number -> assertThat(((Number) number).intValue()).isPositive());
    }

    @Test
    void timelineOfANameWithoutCallsShouldBeUnknown() {
        registry.getOrCreate(CircuitBreaker.TYPE, "idle");
        registry.getOrCreate(Retry.TYPE, "ledger");
        succeed(1);
        ticker.pass(History.EACH);
        http.get()
                .uri("/overview/idle")
                .exchange()
                .expectBody()
                .jsonPath("$.patterns['circuit-breaker'].lane")
                .isEqualTo("179-1n");
        http.get()
                .uri("/overview/ledger")
                .exchange()
                .expectBody()
                .jsonPath("$.patterns.retry.lane")
                .value(lane -> assertThat(lane.toString()).as("calls pass it").endsWith("c"));
    }

    @Test
    void changesOfACircuitShouldBeKnownExactly() {
        ticker.pass(History.EACH);
        ticker.pass(Duration.ofSeconds(1));
        fail(3);
        ticker.pass(Duration.ofSeconds(2));
        ledger.halfOpen();
        ticker.pass(Duration.ofSeconds(2));
        String states = "[[\"c\",5000],[\"o\",4000],[\"h\",2000]]";
        overview()
                .jsonPath("$.names[?(@.name == 'ledger')].states")
                .value(changes -> assertThat(changes.toString()).isEqualTo("[" + states + "]"))
                .jsonPath("$.names[?(@.name == 'payments')].states")
                .isEmpty();
        http.get()
                .uri("/overview/ledger")
                .exchange()
                .expectBody()
                .jsonPath("$.patterns['circuit-breaker'].states[1][0]")
                .isEqualTo("o");
    }

    @Test
    void problemShouldBeginWithItsPieceOfTheLane() {
        ticker.pass(History.EACH);
        succeed(99);
        fail(1); // too few for a problem
        ticker.pass(History.EACH);
        ticker.pass(History.EACH);
        succeed(3);
        fail(1);
        ticker.pass(History.EACH);
        overview()
                .jsonPath("$.problems[0].causes[0].kind")
                .isEqualTo("failing")
                .jsonPath("$.problems[0].causes[0].since")
                .isEqualTo(ticker.now().minus(History.EACH).toString())
                .jsonPath("$.names[?(@.name == 'ledger')].lane")
                .value(lane -> assertThat(lane.toString()).endsWith("1n2c1w\"]"));
    }

    @Test
    void laneShouldCountAShareOfAllCallsOfTheName() {
        Retry retry = registry.getOrCreate(
                Retry.TYPE, "ledger", RetryConfig.builder().maxAttempts(1).build());
        ticker.pass(History.EACH);
        succeed(40);
        catchThrowable(() -> retry.run(() -> {
            throw new IllegalStateException("down");
        }));
        ticker.pass(History.EACH);
        overview()
                .jsonPath("$.names[?(@.name == 'ledger')].level")
                .isEmpty()
                .jsonPath("$.names[?(@.name == 'ledger')].lane")
                .value(lane -> assertThat(lane.toString()).endsWith("c\"]"));
    }

    @Test
    void failuresBeforeAForcedOpenCircuitShouldBeKnown() {
        Bulkhead around = registry.getOrCreate(Bulkhead.TYPE, "ledger");
        ticker.pass(History.EACH);
        for (int i = 0; i < 60; i++) {
            around.run(() -> {}); // busier, and knows of no failure
        }
        fail(2);
        ticker.pass(History.EACH);
        ticker.pass(History.EACH.multipliedBy(12));
        succeed(37);
        fail(2);
        ticker.pass(History.EACH);
        succeed(1);
        ledger.forceOpen();
        succeed(1);
        ticker.pass(History.EACH);
        overview()
                .jsonPath("$.problems[0].causes[0].kind")
                .isEqualTo("forced-open")
                .jsonPath("$.problems[0].beforeEntry.calls")
                .isEqualTo(40)
                .jsonPath("$.problems[0].beforeEntry.failed")
                .isEqualTo(2)
                .jsonPath("$.problems[0].beforeEntry.openSince")
                .doesNotExist()
                .jsonPath("$.problems[0].causes[0].lastFailure.thrown")
                .isEqualTo("IllegalStateException: down");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void openingBeforeAForcedOpenCircuitShouldBeKnown(boolean closed) {
        ticker.pass(History.EACH);
        Instant opened = ticker.now();
        fail(3);
        ticker.pass(History.EACH.multipliedBy(5));
        fail(1); // a trial
        ticker.pass(History.EACH);
        Instant until = ticker.now();
        if (closed) {
            ledger.reset();
            ticker.pass(History.EACH);
        }
        ledger.forceOpen();
        overview()
                .jsonPath("$.problems[0].beforeEntry.openSince")
                .isEqualTo(opened.toString())
                .jsonPath("$.problems[0].beforeEntry.reason")
                .isEqualTo("the failure count reached 3")
                .jsonPath("$.problems[0].beforeEntry[?(@.openUntil)].openUntil")
                .isEqualTo(closed ? List.of(until.toString()) : List.of());
    }

    @Test
    void manyFailingCallsShouldComeBeforeFewRejectedOnes() {
        ticker.pass(History.EACH);
        CircuitBreaker mail = registry.getOrCreate(
                CircuitBreaker.TYPE,
                "mail",
                CircuitBreakerConfig.builder().failureThreshold(100).build());
        for (int i = 0; i < 20; i++) {
            catchThrowable(() -> mail.run(() -> {
                throw new IllegalStateException("down");
            }));
        }
        registry.getOrCreate(CircuitBreaker.TYPE, "b").forceOpen();
        fail(3);
        succeed(1);
        ticker.pass(History.EACH);
        overview()
                .jsonPath("$.problems[*].name")
                .isEqualTo(List.of("mail", "ledger", "b"))
                .jsonPath("$.problems[*].level")
                .isEqualTo(List.of("failing", "rejecting", "forced"))
                .jsonPath("$.problems[0].share")
                .isEqualTo(1)
                .jsonPath("$.problems[0].lost")
                .isEqualTo(4)
                .jsonPath("$.problems[0].causes[0].opensAt")
                .isEqualTo("100 more failures than successes")
                .jsonPath("$.problems[0].causes[0].failureThreshold")
                .isEqualTo(100)
                .jsonPath("$.problems[0].causes[0].failureCount")
                .isEqualTo(20)
                .jsonPath("$.problems[0].causes[0].lastFailure.thrown")
                .isEqualTo("IllegalStateException: down");
    }

    @Test
    void fewRejectedCallsShouldBeAWarning() {
        Bulkhead reports = registry.getOrCreate(
                Bulkhead.TYPE,
                "reports",
                BulkheadConfig.builder().maxConcurrent(1).maxQueue(0).build());
        ticker.pass(History.EACH);
        for (int i = 0; i < 20; i++) {
            reports.run(() -> {});
        }
        reports.run(() -> catchThrowable(() -> reports.run(() -> {})));
        ticker.pass(History.EACH);
        overview()
                .jsonPath("$.problems[0].level")
                .isEqualTo("warning")
                .jsonPath("$.problems[0].share")
                .isEqualTo(0.05)
                .jsonPath("$.names[?(@.name == 'reports')].lane")
                .value(lane -> assertThat(lane.toString()).endsWith("1a\"]"));
    }

    @Test
    void floodShouldBeToldFromSlowWork() {
        Bulkhead reports = registry.getOrCreate(
                Bulkhead.TYPE,
                "reports",
                BulkheadConfig.builder().maxConcurrent(1).maxQueue(0).build());
        for (int sample = 0; sample < 5; sample++) {
            for (int i = 0; i < 10; i++) {
                reports.run(() -> {});
            }
            ticker.pass(History.EACH);
        }
        reports.run(() -> {
            for (int sample = 0; sample < 2; sample++) {
                for (int i = 0; i < 100; i++) {
                    catchThrowable(() -> reports.run(() -> {}));
                }
                ticker.pass(History.EACH);
            }
        });
        overview()
                .jsonPath("$.problems[0].change")
                .isEqualTo("flood")
                .jsonPath("$.problems[0].before.calls")
                .isEqualTo(2)
                .jsonPath("$.problems[0].before.attemptMillis")
                .doesNotExist();
    }

    @Test
    void retriesShouldBeNoFlood() {
        Retry retry = registry.getOrCreate(
                Retry.TYPE,
                "ledger",
                RetryConfig.builder().maxAttempts(3).baseDelay(Duration.ZERO).build());
        registry.reconfigure(
                CircuitBreaker.TYPE,
                "ledger",
                config -> config.toBuilder().failureThreshold(1_000).build());
        for (int sample = 0; sample < 5; sample++) {
            succeed(10);
            ticker.pass(History.EACH);
        }
        for (int i = 0; i < 20; i++) {
            catchThrowable(() -> retry.run(() -> ledger.run(() -> {
                throw new IllegalStateException("down");
            })));
            if (i % 10 == 9) {
                ticker.pass(History.EACH);
            }
        }
        String problem = "$.problems[?(@.name == 'ledger')]";
        overview()
                .jsonPath(problem + ".change")
                .isEmpty()
                .jsonPath(problem + ".before.calls")
                .isEqualTo(2)
                .jsonPath("$.names[?(@.name == 'ledger')].calls")
                .isEqualTo(6);
    }

    @Test
    void fullBulkheadShouldBeAProblemSinceItsFirstRejection() {
        Bulkhead reports = registry.getOrCreate(
                Bulkhead.TYPE,
                "reports",
                BulkheadConfig.builder().maxConcurrent(1).maxQueue(0).build());
        reports.run(() -> {
            catchThrowable(() -> reports.run(() -> {}));
            ticker.pass(History.EACH);
            catchThrowable(() -> reports.run(() -> {}));
            ticker.pass(History.EACH);
            String since = ticker.now().minus(History.EACH.multipliedBy(2)).toString();
            overview()
                    .jsonPath("$.problems[0].causes[0].kind")
                    .isEqualTo("full")
                    .jsonPath("$.problems[0].causes[0].text")
                    .isEqualTo("bulkhead full (1 of 1)")
                    .jsonPath("$.problems[0].causes[0].since")
                    .isEqualTo(since)
                    .jsonPath("$.problems[0].causes[0].action")
                    .isEqualTo("settings")
                    .jsonPath("$.problems[0].causes[0].maxWait")
                    .doesNotExist();
        });
    }

    @Test
    void bulkheadShouldNotBeFullWhileItHasPermits() {
        Bulkhead reports = registry.getOrCreate(
                Bulkhead.TYPE,
                "reports",
                BulkheadConfig.builder()
                        .maxConcurrent(1)
                        .maxQueue(0)
                        .maxWait(Duration.ofSeconds(2))
                        .build());
        reports.run(() -> catchThrowable(() -> reports.run(() -> {})));
        ticker.pass(History.EACH);
        overview()
                .jsonPath("$.problems[0].causes[0].text")
                .isEqualTo("bulkhead full at times (0 of 1 used now)")
                .jsonPath("$.problems[0].causes[0].maxWait")
                .isEqualTo("PT2S");
    }

    @Test
    void pausesOfAProblemShouldBeKnown() {
        Bulkhead reports = registry.getOrCreate(
                Bulkhead.TYPE,
                "reports",
                BulkheadConfig.builder().maxConcurrent(1).maxQueue(0).build());
        ticker.pass(History.EACH);
        reports.run(() -> {
            for (boolean rejecting : new boolean[] {true, true, false, true, false, false, true}) {
                if (rejecting) {
                    catchThrowable(() -> reports.run(() -> {}));
                }
                ticker.pass(History.EACH);
            }
        });
        String since = ticker.now().minus(History.EACH.multipliedBy(7)).toString();
        overview()
                .jsonPath("$.problems[0].causes[0].since")
                .isEqualTo(since)
                .jsonPath("$.problems[0].causes[0].periods")
                .isEqualTo(3);
    }

    @Test
    void missingFallbackShouldBeKnown() {
        CircuitBreaker payments = registry.find(CircuitBreaker.TYPE, "payments").orElseThrow();
        payments.forceOpen();
        try {
            overview()
                    .jsonPath("$.problems[0].name")
                    .isEqualTo("payments")
                    .jsonPath("$.problems[0].fallback")
                    .isEqualTo(false);
            registry.getOrCreate(CircuitBreaker.TYPE, "alone").forceOpen();
            overview().jsonPath("$.problems[?(@.name == 'alone')].fallback").doesNotExist();
        } finally {
            payments.reset();
        }
    }

    @Test
    void exhaustedRetryShouldBeAWarning() {
        Retry mail = registry.getOrCreate(
                Retry.TYPE, "mail", RetryConfig.builder().maxAttempts(1).build());
        ticker.pass(History.EACH);
        catchThrowable(() -> mail.run(() -> {
            throw new IllegalStateException("down");
        }));
        ticker.pass(History.EACH);
        overview()
                .jsonPath("$.problems[0].causes[0].kind")
                .isEqualTo("exhausted")
                .jsonPath("$.problems[0].level")
                .isEqualTo("warning");
    }

    @Test
    void changesShouldSayWhoDidWhat() {
        http.post()
                .uri("/circuit-breaker/ledger")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(Map.of("action", "force-open", "reason", "moves to new hosts"))
                .exchange()
                .expectStatus()
                .isOk();
        overview()
                .jsonPath("$.changes[0].pattern")
                .isEqualTo("circuit-breaker")
                .jsonPath("$.changes[0].name")
                .isEqualTo("ledger")
                .jsonPath("$.changes[0].action")
                .isEqualTo("force-open")
                .jsonPath("$.changes[0].principal")
                .isEmpty()
                .jsonPath("$.changes[0].reason")
                .isEqualTo("moves to new hosts")
                .jsonPath("$.changes[0].scope")
                .isEqualTo("node")
                .jsonPath("$.changes[0].time")
                .isNotEmpty()
                .jsonPath("$.changes[0].before.state")
                .isEqualTo("closed")
                .jsonPath("$.changes[0].after.state")
                .isEqualTo("forced-open")
                .jsonPath("$.problems[0].causes[0].by")
                .isEqualTo("an operator");
    }

    @Test
    void changesShouldSayUntilWhenTheyLast() {
        post("/circuit-breaker/ledger", Map.of("action", "force-open"));
        overview()
                .jsonPath("$.changes[0].until")
                .isEqualTo("it is half-opened or reset")
                .jsonPath("$.changes[0].ended")
                .doesNotExist()
                .jsonPath("$.changes[0].startersUntil")
                .doesNotExist();
        ticker.pass(History.EACH);
        post("/circuit-breaker/ledger", Map.of("action", "half-open"));
        String settings = "failureThreshold=4, openDuration=30s";
        post("/circuit-breaker/ledger", Map.of("settings", settings));
        overview()
                .jsonPath("$.changes[0].until")
                .isEqualTo("the process ends")
                .jsonPath("$.changes[0].ended")
                .doesNotExist()
                .jsonPath("$.changes[1].until")
                .doesNotExist()
                .jsonPath("$.changes[2].ended")
                .isEqualTo(ticker.now().toString());
    }

    private void post(String uri, Map<String, String> body) {
        http.post()
                .uri(uri)
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(body)
                .exchange()
                .expectStatus()
                .isOk();
    }

    @Test
    void answerShouldHaveATagOfItsContent() {
        EntityExchangeResult<String> first = read();
        HttpHeaders headers = first.getResponseHeaders();
        assertThat(read().getResponseBody()).isEqualTo(first.getResponseBody());
        String tag = headers.getETag();
        assertThat(tag).startsWith("W/\"");
        assertThat(headers.getCacheControl()).isEqualTo("no-cache");
        expectKnown(http.get().uri("/overview").header("If-None-Match", tag).exchange());
        ledger.forceOpen();
        http.get()
                .uri("/overview")
                .header("If-None-Match", tag)
                .exchange()
                .expectStatus()
                .isOk();
    }

    /** Checks the answer to a question with the tag of the same answer. */
    void expectKnown(WebTestClient.ResponseSpec answer) {
        answer.expectStatus().isEqualTo(HttpStatus.NOT_MODIFIED).expectBody().isEmpty();
    }

    @Test
    void nameShouldHaveItsPastChainsAndForms() {
        succeed(5);
        ticker.pass(History.EACH);
        http.get()
                .uri("/overview/payments")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.name")
                .isEqualTo("payments")
                .jsonPath("$.sampleSeconds")
                .isEqualTo(5)
                .jsonPath("$.chains['io.netrun.resilience.spring.ShopBeans$PaymentClient.charge()'][0].pattern")
                .isEqualTo("timeout")
                .jsonPath("$.patterns.bulkhead.forms[0].name")
                .isEqualTo("maxConcurrent")
                .jsonPath("$.patterns.bulkhead.forms[0].format")
                .isEqualTo("a whole number")
                .jsonPath("$.patterns.bulkhead.forms[0].range")
                .value(range -> assertThat(range.toString()).startsWith("between 1 and "))
                .jsonPath("$.patterns.bulkhead.forms[0].optional")
                .isEqualTo(false)
                .jsonPath("$.patterns.bulkhead.forms[?(@.name == 'mode')].values[*]")
                .isEqualTo(List.of("enforce", "observe"))
                .jsonPath("$.patterns['circuit-breaker'].actions")
                .isEqualTo(List.of("reset", "half-open", "force-open", "disable"))
                .jsonPath("$.patterns['circuit-breaker'].settings.failureThreshold.value")
                .isEqualTo(3);
        http.get()
                .uri("/overview/ledger")
                .exchange()
                .expectBody()
                .jsonPath("$.patterns['circuit-breaker'].samples.calls[179]")
                .isEqualTo(5)
                .jsonPath("$.patterns['circuit-breaker'].lane")
                .isNotEmpty()
                .jsonPath("$.sampled")
                .isNotEmpty();
    }

    /** The minimum of a setting can be another setting. */
    @Test
    void rangeOfASettingShouldBeThatBesideTheValuesInForce() {
        registry.reconfigure(
                CircuitBreaker.TYPE,
                "ledger",
                config -> config.toBuilder().openDuration(Duration.ofSeconds(6)).build());
        http.get()
                .uri("/overview/ledger")
                .exchange()
                .expectBody()
                .jsonPath("$.patterns['circuit-breaker'].forms[?(@.name == 'maxOpenDuration')].range")
                .value(ranges -> assertThat(ranges.toString()).contains("PT6S").doesNotContain("PT1M"));
    }

    @Test
    void checkOfSettingsShouldFindAllMistakesAndChangeNothing() {
        http.post()
                .uri("/circuit-breaker/ledger")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(Map.of(
                        "action", "check", "settings", Map.of("openDuration", "6 seconds", "failureThreshold", "0")))
                .exchange()
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.error")
                .value(error ->
                        assertThat(error.toString()).contains("openDuration is '6 seconds'", "failureThreshold is 0"));
        http.post()
                .uri("/circuit-breaker/ledger")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(Map.of("action", "check", "settings", Map.of("failureThreshold", "7")))
                .exchange()
                .expectStatus()
                .isOk();
        assertThat(registry.find(CircuitBreaker.TYPE, "ledger"))
                .hasValueSatisfying(breaker ->
                        assertThat(breaker.config().failureThreshold()).isEqualTo(3));
    }

    @Test
    void valueShouldNotBeComparedWithOneThatIsReplaced() {
        http.post()
                .uri("/circuit-breaker/ledger")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(Map.of(
                        "action",
                        "check",
                        "settings",
                        Map.of("openDuration", "6 seconds", "maxOpenDuration", "2s", "failureThreshold", "0")))
                .exchange()
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.problems.length()")
                .isEqualTo(2)
                .jsonPath("$.problems[0].error")
                .value(error -> assertThat(error.toString()).startsWith("openDuration is '6 seconds'"))
                .jsonPath("$.problems[0].remedy")
                .value(remedy -> assertThat(remedy.toString()).contains("such as 500ms"))
                .jsonPath("$.problems[1].error")
                .value(error -> assertThat(error.toString())
                        .as("maxOpenDuration may be right beside what openDuration is to be")
                        .contains("failureThreshold is 0"));
    }

    @Test
    void settingWithoutAValueShouldBeNone() {
        post("/circuit-breaker/ledger", Map.of("settings", "maxOpenDuration=30s"));
        overview()
                .jsonPath("$.changes[0].before.maxOpenDuration")
                .isEqualTo("none")
                .jsonPath("$.changes[0].after.maxOpenDuration")
                .isEqualTo("PT30S");
    }

    @Test
    void unknownNameShouldBeAnsweredWithTheNearest() {
        http.get()
                .uri("/overview/ledgr")
                .exchange()
                .expectStatus()
                .isNotFound()
                .expectBody()
                .jsonPath("$.error")
                .isEqualTo("There is no instance named 'ledgr'")
                .jsonPath("$.remedy")
                .value(remedy -> assertThat(remedy.toString()).startsWith("Did you mean 'ledger'?"));
    }

    @Test
    void instanceNamedOverviewShouldBeReachable() {
        registry.getOrCreate(CircuitBreaker.TYPE, "overview");
        for (String path : List.of("/circuit-breaker/overview", "/overview/overview")) {
            http.get().uri(path).exchange().expectStatus().isOk();
        }
    }

    @Test
    void answerForThreeHundredNamesShouldBeSmall() {
        for (int i = 0; i < 300; i++) {
            String name = "host-" + i + ".example.org";
            CircuitBreaker breaker = registry.getOrCreate(CircuitBreaker.TYPE, name);
            registry.getOrCreate(Retry.TYPE, name);
            registry.getOrCreate(Bulkhead.TYPE, name);
            for (int call = 0; call <= i; call++) {
                breaker.run(() -> {});
            }
        }
        for (int i = 0; i < 5; i++) {
            ticker.pass(History.EACH);
            ledger.reset();
            fail(3);
        }
        byte[] answer = http.get()
                .uri("/overview")
                .exchange()
                .expectBody()
                .returnResult()
                .getResponseBody();
        assertThat(answer).hasSizeBetween(20_000, 100_000);
    }

    @Test
    void namesBeyondTheLimitShouldLeaveTheProblems() {
        for (int i = 0; i < Overview.MAX_NAMES + 10; i++) {
            registry.getOrCreate(CircuitBreaker.TYPE, "host-" + i);
        }
        registry.getOrCreate(CircuitBreaker.TYPE, "host-7").forceOpen();
        overview()
                .jsonPath("$.names.length()")
                .isEqualTo(Overview.MAX_NAMES)
                .jsonPath("$.names[?(@.name == 'host-7')].level")
                .isEqualTo("forced");
    }

    private WebTestClient.BodyContentSpec overview() {
        return http.get().uri("/overview").exchange().expectStatus().isOk().expectBody();
    }

    private EntityExchangeResult<String> read() {
        return http.get()
                .uri("/overview")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(String.class)
                .returnResult();
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            catchThrowable(() -> ledger.run(() -> {
                throw new IllegalStateException("down");
            }));
        }
    }

    private void succeed(int times) {
        for (int i = 0; i < times; i++) {
            catchThrowable(() -> ledger.run(() -> {}));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        PaymentClient client() {
            return new PaymentClient();
        }

        @Bean
        Tenants tenants() {
            return new Tenants();
        }

        @Bean
        HandTicker ticker() {
            return new HandTicker();
        }

        @Bean
        History history(ResilienceRegistry registry) {
            return new History(registry, Map::of, Runnable::run);
        }
    }
}
