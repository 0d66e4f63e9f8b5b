package io.netrun.resilience.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.Subscription;
import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.RateLimiter;
import io.netrun.resilience.bulkhead.BulkheadFullException;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.spring.event.OperatorChange;
import io.netrun.resilience.timeout.Timeout;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;

/** What operators do through the endpoint, over HTTP. */
@SpringBootTest(
        classes = OperatorTests.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "management.endpoints.web.exposure.include=resilience,resilienceui",
            "management.endpoint.resilience.access=unrestricted",
            "resilience.retry.instances.ra.budget=shared",
            "resilience.retry.instances.rb.budget=shared",
            "resilience.retry.instances.rc.max-attempts=2",
            "resilience.bulkhead.instances.ordered.max-concurrent=100",
            "resilience.retry.instances.rd.exceptions=java.io.IOException, http:503",
            "resilience.retry.instances.rd.ignore-exceptions=java.io.FileNotFoundException",
            "resilience.retry.instances.rd.failure-delays=http:429=5s",
            "resilience.retry.instances.rd.failure=@everyFailure",
            "resilience.circuit-breaker.instances.idle.open-duration=9s"
        })
@ExtendWith(OutputCaptureExtension.class)
class OperatorTests {

    @LocalServerPort
    private int port;

    @Autowired
    private ResilienceRegistry registry;

    @Autowired
    private Reports reports;

    @Autowired
    private Listening listening;

    private WebTestClient http;

    @BeforeEach
    void connect() {
        http = WebTestClient.bindToServer()
                .baseUrl("http://localhost:" + port + "/actuator")
                .responseTimeout(Duration.ofSeconds(30))
                .build();
        listening.heard.clear();
    }

    // ---- what is shown

    @Test
    void failuresInSettingsShouldBeShownAsTheyAreWritten() {
        http.get()
                .uri("/resilience/retry/rd")
                .exchange()
                .expectBody()
                .jsonPath("$.settings.exceptions.value")
                .isEqualTo(List.of("java.io.IOException", "http:503"))
                .jsonPath("$.settings.ignoreExceptions.value")
                .isEqualTo(List.of("java.io.FileNotFoundException"))
                .jsonPath("$.settings.failureDelays.value")
                .isEqualTo(List.of("http:429=PT5S"))
                .jsonPath("$.settings.failure.value")
                .isEqualTo("@everyFailure");
    }

    @Test
    void failuresInAnnotationsShouldBeShownAsTheyAreWritten() {
        http.get()
                .uri("/resilience/circuit-breaker/lists")
                .exchange()
                .expectBody()
                .jsonPath("$.settings.exceptions.value")
                .isEqualTo(List.of("java.io.IOException", "http:503"))
                .jsonPath("$.settings.ignoreExceptions.value")
                .isEqualTo(List.of("java.io.FileNotFoundException", "sql:40001"))
                .jsonPath("$.settings.exceptions.origin")
                .isEqualTo("annotation");
    }

    @Test
    void codeWithoutANameShouldBeShownAsCode() {
        registry.getOrCreate(
                io.netrun.resilience.retry.Retry.TYPE,
                "coded",
                RetryConfig.builder().failure(failure -> true).build());
        http.get()
                .uri("/resilience/retry/coded")
                .exchange()
                .expectBody()
                .jsonPath("$.settings.failure.value")
                .isEqualTo("code");
    }

    // ---- order

    @Test
    void changesAtTheSameTimeShouldArriveInTheirOrder(CapturedOutput output) {
        List<CompletableFuture<Void>> operators = new ArrayList<>();
        for (int operator = 0; operator < 8; operator++) {
            int first = operator;
            operators.add(CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 40; i++) {
                    post(
                                    "/resilience/bulkhead/ordered",
                                    "{\"settings\": {\"maxConcurrent\": " + (1 + (first + i * 7) % 50) + "}}")
                            .expectStatus()
                            .isOk();
                }
            }));
        }
        CompletableFuture.allOf(operators.toArray(CompletableFuture[]::new)).join();
        List<OperatorChange> heard = listening.heard.stream()
                .filter(change -> change.name().equals("ordered"))
                .toList();
        assertThat(heard).hasSizeGreaterThan(20);
        for (int i = 1; i < heard.size(); i++) {
            assertThat(heard.get(i).before()).isEqualTo(heard.get(i - 1).after());
        }
        assertThat(heard.get(heard.size() - 1).after())
                .containsEntry(
                        "maxConcurrent",
                        String.valueOf(registry.find(io.netrun.resilience.bulkhead.Bulkhead.TYPE, "ordered")
                                .orElseThrow()
                                .config()
                                .maxConcurrent()));
        List<String> logged = output.toString()
                .lines()
                .filter(line -> line.contains("Bulkhead 'ordered': settings"))
                .map(line -> line.substring(line.indexOf('{')))
                .toList();
        assertThat(logged)
                .isEqualTo(heard.stream()
                        .map(change -> change.before() + " -> " + change.after())
                        .toList());
    }

    /** The listener holds the first action; the second one takes effect after it. */
    @Test
    void actionsAtTheSameTimeShouldArriveInTheirOrder(CapturedOutput output) throws Exception {
        var circuit = registry.getOrCreate(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "idle");
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        Subscription slow = circuit.onStateChange((from, to) -> {
            if (to == io.netrun.resilience.circuitbreaker.CircuitBreaker.State.FORCED_OPEN) {
                entered.countDown();
                awaitLatch(leave);
            }
        });
        try {
            CompletableFuture<Void> first = CompletableFuture.runAsync(() -> act("idle", "force-open"));
            awaitLatch(entered);
            act("idle", "disable");
            post("/resilience/circuit-breaker/idle", "{\"settings\": {\"openDuration\": \"8s\"}}")
                    .expectStatus()
                    .isOk();
            act("idle", "reset");
            leave.countDown();
            first.get(30, TimeUnit.SECONDS);
        } finally {
            slow.close();
        }
        assertThat(listening.heard)
                .extracting(OperatorChange::action)
                .containsExactly("force-open", "disable", "settings", "reset");
        assertThat(listening.heard)
                .extracting(change ->
                        change.before().get("state") + " to " + change.after().get("state"))
                .containsExactly(
                        "closed to forced-open", "forced-open to disabled", "null to null", "disabled to closed");
        assertThat(output.toString()
                        .lines()
                        .filter(line -> line.contains("CircuitBreaker 'idle': "))
                        .map(line -> line.replaceAll(".*'idle': ([a-z-]+) by.*", "$1"))
                        .filter(action -> action.matches("[a-z-]+")))
                .containsExactly("force-open", "disable", "settings", "reset");
    }

    private void act(String circuit, String action) {
        post("/resilience/circuit-breaker/" + circuit, "{\"action\": \"" + action + "\"}")
                .expectStatus()
                .isOk();
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- without a fleet

    @Test
    void scopeWithoutAFleetShouldBeAnsweredWithAWarning(CapturedOutput output) {
        String warning = "Bulkhead 'ordered' (scope: fleet) is set to be shared with other processes, but this process"
                + " takes part in no fleet, so that it is that of this process alone. Add the dependency"
                + " resilience-fleet and set resilience.fleet.enabled to true, or undo the change.";
        post("/resilience/bulkhead/ordered", "{\"settings\": {\"scope\": \"fleet\"}}")
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.settings.scope.value")
                .isEqualTo("fleet")
                .jsonPath("$.warning")
                .isEqualTo(warning);
        assertThat(output).contains(warning);
        for (String other : List.of("\"maxConcurrent\": 90", "\"scope\": \"node\"")) {
            post("/resilience/bulkhead/ordered", "{\"settings\": {" + other + "}}")
                    .expectStatus()
                    .isOk()
                    .expectBody()
                    .jsonPath("$.warning")
                    .doesNotExist();
        }
    }

    // ---- settings as an object

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"settings\": {\"maxConcurrent\": 6}}",
                "{\"settings\": {\"max-concurrent\": \"6\"}}",
                "{\"settings\": {\"maxConcurrent\": 6, \"maxWait\": \"20ms\", \"enabled\": true}}",
                "{\"settings\": \"maxConcurrent=6\"}"
            })
    void settingsShouldBeAnObjectOrAText(String body) {
        post("/resilience/bulkhead/reports", body)
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.maxConcurrent")
                .isEqualTo(6)
                .jsonPath("$.settings.maxConcurrent.origin")
                .isEqualTo("operator");
        post("/resilience/bulkhead/reports", "{\"settings\": {\"maxConcurrent\": 2}}")
                .expectStatus()
                .isOk();
    }

    @Test
    void modeShouldBeChangedWhileCallsRun() {
        post("/resilience/bulkhead/reports", "{\"settings\": {\"mode\": \"observe\"}}")
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.settings.mode.value")
                .isEqualTo("observe");
        assertThat(registry.getOrCreate(io.netrun.resilience.bulkhead.Bulkhead.TYPE, "reports")
                        .config()
                        .mode())
                .isEqualTo(PolicyMode.OBSERVE);
        post("/resilience/bulkhead/reports", "{\"settings\": {\"mode\": \"enforce\"}}")
                .expectStatus()
                .isOk();
        assertThat(registry.getOrCreate(io.netrun.resilience.bulkhead.Bulkhead.TYPE, "reports")
                        .config()
                        .mode())
                .isEqualTo(PolicyMode.ENFORCE);
    }

    @Test
    void settingOfAnObjectShouldBeOneValueWhateverIsInIt() {
        Timeout sorry = registry.getOrCreate(Timeout.TYPE, "sorry");
        post("/resilience/timeout/sorry", "{\"settings\": {\"message\": \" Sorry, duration=9s \\\"x\\\"\"}}")
                .expectStatus()
                .isOk();
        assertThat(sorry.config().message()).isEqualTo(" Sorry, duration=9s \"x\"");
        assertThat(sorry.config().duration()).isEqualTo(Duration.ofSeconds(5));
        post("/resilience/timeout/sorry", "{\"settings\": {\"message\": \"Wait, limit=2s\", \"duration\": \"3s\"}}")
                .expectStatus()
                .isOk();
        assertThat(sorry.config().message()).isEqualTo("Wait, limit=2s");
        assertThat(sorry.config().duration()).isEqualTo(Duration.ofSeconds(3));
        post("/resilience/timeout/sorry", "{\"settings\": {\"duration\": \"1s, message=changed\"}}")
                .expectStatus()
                .isBadRequest();
        post("/resilience/timeout/sorry", "{\"settings\": {}}").expectStatus().isBadRequest();
        assertThat(sorry.config().message()).isEqualTo("Wait, limit=2s");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"settings\": {\"maxConcurrent\": 0}}|Bulkhead 'reports': maxConcurrent is 0: must be between 1 and"
                        + " 1000000",
                "{\"settings\": {\"maxWait\": 5}}|maxWait is '5', which cannot be read as a duration",
                "{\"settings\": {\"maxConcurrent\": null}}|maxConcurrent cannot be unset",
                "{\"settings\": {\"enabled\": null}}|enabled cannot be unset",
                "{\"settings\": {\"enabled\": \"\"}}|enabled is ''",
                "{\"settings\": {}}|The settings are empty",
                "{\"settings\": []}|The body or its settings are not a valid JSON object",
                "{\"settings\": \"\"}|The settings are empty",
                "{\"settings\": \"{}\"}|The settings are empty",
                "{\"settings\": \"=4\"}|A setting without a name",
                "{\"settings\": {\"maxConcurrent\": {\"a\": 1}}}|maxConcurrent is '{a=1}', which cannot be read as a"
                        + " whole number",
                "{\"settings\": {\"max\\\"\\u0007Weight\": 1}}|A bulkhead has no setting 'max\"\u0007Weight' that can"
                        + " be changed at runtime",
                "{\"settings\": [\"maxConcurrent=4\"]}|The body or its settings are not a valid JSON object",
                "{\"settings\": [{\"maxConcurrent\": 4}]}|The body or its settings are not a valid JSON object",
                "{\"settings\": {\"maxConcurrent\": 4}} x|The body or its settings are not a valid JSON object",
                "{\"settings\": {\"maxConcurrent\": 4}} {}|The body or its settings are not a valid JSON object",
                "{\"settings\": {\"maxConcurrent\": 4}, \"scpoe\": \"fleet\"}|The body has an unknown member 'scpoe'",
                "{\"maxConcurrent\": 4}|The body has an unknown member 'maxConcurrent'",
                "{\"settings\": 4}|A bulkhead has no setting '4' that can be changed at runtime",
                "{\"action\": {\"a\": 1}}|Unknown action 'a=1'",
                "{\"action\": [\"reset\", 1]}|Unknown action 'reset, 1'",
                "{\"settings\": |The body or its settings are not a valid JSON object",
                "{|The body or its settings are not a valid JSON object",
                "maxConcurrent=7|The body or its settings are not a valid JSON object",
                "[4]|The body or its settings are not a valid JSON object",
                "{\"settings\": \"{\"}|The body or its settings are not a valid JSON object",
                "{\"settings\": {\"maxConcurrent\": 4, \"max-concurrent\": 5}}|maxConcurrent is given twice",
                "{\"settings\": {\"maxConcurrent\": 4, \"maxConcurrent\": 5}}|maxConcurrent is given twice",
                "{\"settings\": \"maxConcurrent=4, maxConcurrent=5\"}|maxConcurrent is given twice",
                "{\"settings\": {\"maxQueue\": 4}, \"settings\": {\"maxConcurrent\": 5}}|settings is given twice",
                "{\"settings\": {\"maxWait\": \"\"}}|maxWait is ''",
                "null|The body has to have either an \"action\" or \"settings\"",
                "{\"settings\": {\"maxConcurrent\": 0, \"maxQueue\": -1}}|Bulkhead 'reports': maxConcurrent is 0: must"
                        + " be between 1 and 1000000; Bulkhead 'reports': maxQueue is -1: must be between 0 and 1000000",
                "{\"settings\": {}, \"action\": \"reset\"}|The body has to have either an \"action\" or \"settings\"",
            })
    void wrongSettingsOfAnObjectShouldBeReportedInOurWords(String body, String error) {
        post("/resilience/bulkhead/reports", body)
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.error")
                .isEqualTo(error);
    }

    @ParameterizedTest
    @CsvSource({"bulkhead/reports, maxWait, 2s", "retry/rc, maxDuration, 9s", "retry/rc, budget, shared"})
    void optionalSettingShouldBeUnsetByNull(String instance, String setting, String value) {
        post("/resilience/" + instance, "{\"settings\": {\"" + setting + "\": \"" + value + "\"}}")
                .expectStatus()
                .isOk();
        post("/resilience/" + instance, "{\"settings\": {\"" + setting + "\": null}}")
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.settings." + setting + ".value")
                .isEmpty()
                .jsonPath("$.settings." + setting + ".origin")
                .isEqualTo("operator");
    }

    @Test
    void textInAValueShouldBeNoSecondKey() {
        registry.getOrCreate(Timeout.TYPE, "sorry");
        post("/resilience/timeout/sorry", "{\"settings\": {\"message\": \"a\\\": {\\\"a\\\": 1, \\\"a\\\": 2}\"}}")
                .expectStatus()
                .isOk();
    }

    @Test
    void changeOfNothingShouldNotBeKept(CapturedOutput output) {
        int now = registry.find(io.netrun.resilience.bulkhead.Bulkhead.TYPE, "reports")
                .orElseThrow()
                .config()
                .maxConcurrent();
        post("/resilience/bulkhead/reports", "{\"settings\": {\"maxConcurrent\": " + now + ", \"enabled\": true}}")
                .expectStatus()
                .isOk();
        post("/resilience/circuit-breaker/idle", "{\"action\": \"reset\"}")
                .expectStatus()
                .isOk();
        assertThat(output).doesNotContain("by an operator");
        assertThat(listening.heard).isEmpty();
    }

    @Test
    void bodyThatIsNoJsonShouldBeABadRequest() {
        post("/resilience/bulkhead/reports", "{\"settings\": ").expectStatus().isBadRequest();
    }

    @Test
    void scopeOfAFleetShouldBeABadRequestWithoutOne() {
        post("/resilience/circuit-breaker/reports", "{\"action\": \"force-open\", \"scope\": \"fleet\"}")
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.error")
                .isEqualTo("This process belongs to no fleet")
                .jsonPath("$.remedy")
                .isEqualTo("Add the dependency resilience-fleet and set resilience.fleet.enabled to true,"
                        + " or leave out the scope");
        get("/resilience/circuit-breaker/reports").jsonPath("$.state").isEqualTo("closed");
    }

    @Test
    void fleetShouldBeNotFoundWithoutOne() {
        http.get().uri("/resilience/fleet").exchange().expectStatus().isNotFound();
        get("/resilience").jsonPath("$.fleet").doesNotExist();
    }

    @Test
    void settingOfAnotherDetectionShouldBeABadRequest() {
        post("/resilience/circuit-breaker/reports", "{\"settings\": {\"windowSize\": 20}}")
                .expectStatus()
                .isBadRequest();
        post(
                        "/resilience/circuit-breaker/reports",
                        "{\"settings\": {\"windowSize\": 20, \"detection\": \"count-window\"}}")
                .expectStatus()
                .isOk();
        post("/resilience/circuit-breaker/reports", "{\"settings\": {\"detection\": \"leaky-count\"}}")
                .expectStatus()
                .isOk();
    }

    // ---- what is kept

    @Test
    void changeOfSettingsShouldBeLoggedAndKept(CapturedOutput output) {
        post("/resilience/bulkhead/reports", "{\"settings\": {\"maxQueue\": 7, \"enabled\": false}}");
        assertThat(output)
                .contains("INFO")
                .contains(
                        "Bulkhead 'reports': settings by an operator without a principal: {enabled=true, maxQueue=100}"
                                + " -> {enabled=false, maxQueue=7}");
        get("/resilience/bulkhead/reports")
                .jsonPath("$.recentEvents[0].event")
                .isEqualTo("operatorChange")
                .jsonPath("$.recentEvents[0].before.maxQueue")
                .isEqualTo("100")
                .jsonPath("$.recentEvents[0].after.maxQueue")
                .isEqualTo("7")
                .jsonPath("$.recentEvents[0].time")
                .isNotEmpty();
        assertThat(listening.heard)
                .singleElement()
                .satisfies(change -> assertThat(change.action()).isEqualTo("settings"));
        post("/resilience/bulkhead/reports", "{\"settings\": {\"maxQueue\": 100, \"enabled\": true}}");
    }

    @Test
    void actionShouldBeLoggedAndKept(CapturedOutput output) {
        post("/resilience/circuit-breaker/reports", "{\"action\": \"force-open\"}")
                .expectStatus()
                .isOk();
        assertThat(output)
                .contains("force-open by an operator without a principal: {state=closed} -> {state=forced-open}");
        post("/resilience/circuit-breaker/reports", "{\"action\": \"reset\"}")
                .expectStatus()
                .isOk();
    }

    @Test
    void actionShouldNotBeKeptWithTheChangesOfOthers() {
        io.netrun.resilience.circuitbreaker.CircuitBreaker breaker = registry.find(
                        io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "reports")
                .orElseThrow();
        int before = breaker.config().failureThreshold();
        Subscription meanwhile = breaker.onStateChange((from, to) ->
                post("/resilience/circuit-breaker/reports", "{\"settings\": {\"failureThreshold\": 77}}"));
        post("/resilience/circuit-breaker/reports", "{\"action\": \"force-open\"}");
        meanwhile.close();
        assertThat(listening.heard).extracting(OperatorChange::action).containsExactly("force-open", "settings");
        assertThat(listening.heard.get(1).before()).containsOnly(Map.entry("failureThreshold", "" + before));
        assertThat(listening.heard.get(1).after()).containsOnly(Map.entry("failureThreshold", "77"));
        assertThat(listening.heard.get(0).before()).containsOnly(Map.entry("state", "closed"));
        assertThat(listening.heard.get(0).after()).containsOnly(Map.entry("state", "forced-open"));
        post("/resilience/circuit-breaker/reports", "{\"settings\": {\"failureThreshold\": %d}}".formatted(before));
        post("/resilience/circuit-breaker/reports", "{\"action\": \"reset\"}");
    }

    @Test
    void rejectedChangeShouldNotBeKept(CapturedOutput output) {
        post("/resilience/bulkhead/reports", "{\"settings\": {\"maxQueue\": -1}}");
        assertThat(output).doesNotContain("by an operator");
        assertThat(listening.heard).isEmpty();
    }

    @Test
    void rejectionsShouldBeKeptNowAndThen() {
        io.netrun.resilience.bulkhead.Bulkhead narrow = registry.find(
                        io.netrun.resilience.bulkhead.Bulkhead.TYPE, "narrow")
                .orElseThrow();
        CompletableFuture<String> running = new CompletableFuture<>();
        narrow.callAsync(() -> running);
        for (int i = 0; i < 500; i++) {
            assertThat(narrow.callAsync(() -> running)).failsWithin(Duration.ofSeconds(20));
        }
        running.complete("done");
        get("/resilience/bulkhead/narrow")
                .jsonPath("$.recentEvents[?(@.event == 'rejected')].queued")
                .value(found -> assertThat((List<?>) found).hasSizeBetween(1, 5));
    }

    @Test
    void rejectionsOfARateLimiterShouldBeKept() {
        reports.limited();
        org.assertj.core.api.Assertions.catchThrowable(reports::limited);
        get("/resilience/rate-limiter/limited")
                .jsonPath("$.recentEvents[0].event")
                .isEqualTo("rejected");
    }

    // ---- what is shown

    @Test
    void instanceShouldShowWhoSharesIt() {
        get("/resilience/bulkhead/reports")
                .jsonPath("$.usedBy.length()")
                .isEqualTo(2)
                .jsonPath("$.usedBy[0]")
                .isEqualTo(Reports.class.getName() + ".other()");
    }

    @Test
    void budgetSetByAnOperatorShouldBeTheSharedOne() {
        post("/resilience/retry/rc", "{\"settings\": {\"budget\": \"shared\"}}")
                .expectStatus()
                .isOk();
        post("/resilience/retry/ra", "{\"settings\": \"budget=shared\"}")
                .expectStatus()
                .isOk();
        assertThat(budget("ra")).isSameAs(budget("rb")).isSameAs(budget("rc"));
    }

    private Object budget(String name) {
        return registry.find(io.netrun.resilience.retry.Retry.TYPE, name)
                .orElseThrow()
                .config()
                .budget();
    }

    @ParameterizedTest
    @CsvSource({"/resilience", "/resilience/bulkhead/reports", "/resilienceui", "/resilienceui/app.js"})
    void answerShouldNotBeShownInAFrame(String path) {
        http.get()
                .uri(path)
                .exchange()
                .expectHeader()
                .valueEquals("Content-Security-Policy", "frame-ancestors 'none'")
                .expectHeader()
                .valueEquals("X-Frame-Options", "DENY");
    }

    @Test
    void otherAnswersShouldBeLeftAlone() {
        http.get().uri("").exchange().expectHeader().doesNotExist("X-Frame-Options");
    }

    private WebTestClient.BodyContentSpec get(String uri) {
        return http.get().uri(uri).exchange().expectStatus().isOk().expectBody();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name=other",
                "pattern=retry",
                "action=disable",
                "settings=maxConcurrent%3D1",
                "scope=fleet",
                "reason=other",
                "operator=other",
                "unknown=other"
            })
    void changeWithAQueryParameterShouldBeRejected(String query) {
        post("/resilience/bulkhead/reports?" + query, "{\"settings\": {\"maxConcurrent\": 9}}")
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.error")
                .isEqualTo("The request has a query parameter '" + query.substring(0, query.indexOf('=')) + "'");
        http.get()
                .uri("/resilience/bulkhead/reports")
                .exchange()
                .expectBody()
                .jsonPath("$.settings.maxConcurrent")
                .value(present -> assertThat(present).isNotEqualTo(9).isNotEqualTo(1));
    }

    @Test
    void valueShouldForgeNoLineOfTheLog(CapturedOutput output) {
        registry.getOrCreate(Timeout.TYPE, "sorry");
        for (String lineBreak : new String[] {"\\n", "\\r", "\\u0085", "\\u2028"}) {
            post("/resilience/timeout/sorry", "{\"settings\": {\"message\": \"x" + lineBreak + "forged line\"}}")
                    .expectStatus()
                    .isOk();
        }
        assertThat(output.getOut().split("[\\r\\n\u0085\u2028]"))
                .anyMatch(line -> line.contains("x?forged line"))
                .noneMatch(line -> line.startsWith("forged line"));
    }

    @Test
    void pathShouldSayWhatIsReadWhateverTheQuery() {
        http.get()
                .uri("/resilience/bulkhead/reports?pattern=circuit-breaker&name=other&other=1")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.settings.maxConcurrent")
                .exists();
    }

    @Test
    void otherQueryParametersShouldChangeNothing() {
        post("/resilience/circuit-breaker/idle?_csrf=token", "{\"action\": \"reset\"}")
                .expectStatus()
                .isOk();
    }

    private WebTestClient.ResponseSpec post(String uri, String body) {
        return http.post()
                .uri(uri)
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(body)
                .exchange();
    }

    static class Reports {

        @Bulkhead(name = "reports")
        @CircuitBreaker(name = "reports")
        public String report() {
            return "report";
        }

        @CircuitBreaker(
                name = "lists",
                exceptions = IOException.class,
                matchers = "http:503",
                ignoreExceptions = FileNotFoundException.class,
                ignoreMatchers = "sql:40001")
        public String list() {
            return "list";
        }

        @Bulkhead(name = "reports")
        public String other() {
            return "other";
        }

        @Bulkhead(name = "narrow", maxConcurrent = 1, maxQueue = 0)
        public String narrow() throws BulkheadFullException {
            return "narrow";
        }

        @RateLimiter(name = "limited", limit = 1, period = "1h", maxWait = "0s")
        public String limited() {
            return "limited";
        }
    }

    static class Listening {

        final List<OperatorChange> heard = new CopyOnWriteArrayList<>();

        @EventListener
        void on(OperatorChange change) {
            heard.add(change);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Reports reports() {
            return new Reports();
        }

        @Bean
        Predicate<Throwable> everyFailure() {
            return failure -> true;
        }

        @Bean
        Listening listening() {
            return new Listening();
        }
    }
}
