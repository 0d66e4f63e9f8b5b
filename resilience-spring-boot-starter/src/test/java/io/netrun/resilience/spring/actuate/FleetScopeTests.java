package io.netrun.resilience.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.Subscription;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker.State;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.spring.fleet.FleetChange;
import io.netrun.resilience.spring.fleet.FleetChanges;
import io.netrun.resilience.spring.fleet.FleetOperations;
import io.netrun.resilience.spring.problem.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
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
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.EntityExchangeResult;
import org.springframework.test.web.reactive.server.WebTestClient;

/** Changes for all nodes of a fleet, and what is shown of it, over HTTP. */
@SpringBootTest(
        classes = FleetScopeTests.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "management.endpoints.web.exposure.include=resilience,health",
            "management.endpoint.resilience.access=unrestricted",
            "management.endpoint.health.show-details=always",
            "resilience.bulkhead.instances.reports.max-concurrent=2"
        })
@ExtendWith(OutputCaptureExtension.class)
class FleetScopeTests {

    @LocalServerPort
    private int port;

    @Autowired
    private ResilienceRegistry registry;

    @Autowired
    private RecordingFleet fleet;

    @Autowired
    private FleetChanges changes;

    private WebTestClient http;

    @BeforeEach
    void connect() {
        http = WebTestClient.bindToServer()
                .baseUrl("http://localhost:" + port + "/actuator")
                .responseTimeout(Duration.ofSeconds(30))
                .build();
        fleet.announced.clear();
        fleet.changedHere.clear();
        fleet.settingsChanged.clear();
        fleet.obstacle = Optional.empty();
        fleet.unheard = Optional.empty();
        fleet.viewAge = "PT0.8S";
        circuit().reset();
    }

    @Test
    void actionForTheFleetShouldBeDoneHereAndAnnounced(CapturedOutput output) {
        post("circuit-breaker/reports", "{\"action\": \"force-open\", \"scope\": \"fleet\"}")
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.state")
                .isEqualTo("forced-open")
                .jsonPath("$.recentEvents[0].scope")
                .isEqualTo("fleet");
        assertThat(fleet.announced).singleElement().satisfies(change -> {
            assertThat(change.pattern()).isEqualTo("circuit-breaker");
            assertThat(change.name()).isEqualTo("reports");
            assertThat(change.action()).isEqualTo("force-open");
            assertThat(change.settings()).isEmpty();
            assertThat(change.time()).isNotNull();
        });
        assertThat(output)
                .contains("force-open by an operator without a principal for the fleet: {state=closed} -> "
                        + "{state=forced-open}");
    }

    @Test
    void actionForOneNodeShouldBeRejectedForTheFleet() {
        post("circuit-breaker/reports", "{\"action\": \"half-open\", \"scope\": \"fleet\"}")
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.error")
                .isEqualTo(
                        "Action 'half-open' is for one node: in the fleet, nodes that start in the next days would do"
                                + " it as well")
                .jsonPath("$.remedy")
                .isEqualTo("Leave out the scope, and ask each node that should do it");
        assertThat(circuit().state()).isEqualTo(State.CLOSED);
        assertThat(fleet.announced).isEmpty();
        post("circuit-breaker/reports", "{\"action\": \"half-open\"}")
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.state")
                .isEqualTo("half-open")
                .jsonPath("$.recentEvents[0].action")
                .isEqualTo("half-open");
        assertThat(fleet.changedHere).extracting(FleetChange::action).contains("half-open");
    }

    @Test
    void operatorShouldEndThePauseOfALimiter(CapturedOutput output) {
        RateLimiter limiter = registry.getOrCreate(RateLimiter.TYPE, "reports");
        limiter.pauseFor(Duration.ofHours(1));
        post("rate-limiter/reports", "{\"action\": \"resume\"}")
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.pausedFor")
                .isEqualTo("PT0S")
                .jsonPath("$.recentEvents[?(@.action == 'resume')]")
                .isNotEmpty();
        assertThat(limiter.pausedUntil()).isEmpty();
        assertThat(output).contains("resume by an operator without a principal");
        post("rate-limiter/reports", "{\"action\": \"resume\"}").expectStatus().isOk();
    }

    @Test
    void resumeShouldBeRejectedForTheFleet() {
        RateLimiter limiter = registry.getOrCreate(RateLimiter.TYPE, "reports");
        limiter.pauseFor(Duration.ofHours(1));
        post("rate-limiter/reports", "{\"action\": \"resume\", \"scope\": \"fleet\"}")
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.error")
                .value(error -> assertThat(error.toString()).startsWith("Action 'resume' is for one node"));
        assertThat(limiter.pausedUntil()).isPresent();
        assertThat(fleet.announced).isEmpty();
        limiter.resume();
    }

    @Test
    void settingsForTheFleetShouldBeAnnouncedAsTheyAreWritten() {
        post("bulkhead/reports", "{\"settings\": {\"maxConcurrent\": 7, \"max-wait\": \"2s\"}, \"scope\": \"fleet\"}")
                .expectStatus()
                .isOk();
        assertThat(fleet.announced)
                .extracting(FleetChange::settings)
                .containsExactly(Map.of("maxConcurrent", "7", "max-wait", "2s"));
    }

    @Test
    void changedSettingsShouldBeReportedWhateverTheirScope() {
        post("bulkhead/reports", "{\"settings\": {\"maxConcurrent\": 7}, \"scope\": \"fleet\"}")
                .expectStatus()
                .isOk();
        post("bulkhead/reports", "{\"settings\": {\"maxConcurrent\": 8}}")
                .expectStatus()
                .isOk();
        post("bulkhead/reports", "{\"settings\": {\"maxConcurrent\": -1}}")
                .expectStatus()
                .isBadRequest();
        post("circuit-breaker/reports", "{\"action\": \"reset\"}")
                .expectStatus()
                .isOk();
        assertThat(fleet.settingsChanged)
                .extracting(FleetChange::settings)
                .containsExactly(Map.of("maxConcurrent", "7"), Map.of("maxConcurrent", "8"));
    }

    @Test
    void scopeNodeShouldChangeThisNodeOnly() {
        post("circuit-breaker/reports", "{\"action\": \"disable\", \"scope\": \"node\"}")
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.recentEvents[0].scope")
                .isEqualTo("node");
        assertThat(fleet.announced).isEmpty();
        assertThat(fleet.changedHere).extracting(FleetChange::action).containsExactly("disable");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"settings\": {\"maxConcurrent\": 0}, \"scope\": \"fleet\"}",
                "{\"settings\": {\"maxKonkurrent\": 1}, \"scope\": \"fleet\"}",
                "{\"action\": \"explode\", \"scope\": \"fleet\"}",
                "{\"action\": \"settings\", \"scope\": \"fleet\"}",
                "{\"scope\": \"fleet\"}",
                "{\"settings\": {\"maxConcurrent\": 5}, \"scope\": \"world\"}",
                "{\"settings\": {\"maxConcurrent\": 5}, \"scope\": \"\"}"
            })
    void wrongChangeShouldNotBeAnnounced(String body) {
        post("bulkhead/reports", body).expectStatus().isBadRequest();
        assertThat(fleet.announced).isEmpty();
    }

    @Test
    void changeThatCannotBeAnnouncedShouldChangeNothing() {
        fleet.obstacle = Optional.of(new Problem("The fleet has too many commands", "Try again"));
        post("circuit-breaker/reports", "{\"action\": \"force-open\", \"scope\": \"fleet\"}")
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.error")
                .isEqualTo("The fleet has too many commands")
                .jsonPath("$.remedy")
                .isEqualTo("Try again");
        assertThat(circuit().state()).isEqualTo(State.CLOSED);
    }

    @Test
    void changeOfAnotherNodeShouldBeAppliedAndKeptHere(CapturedOutput output) {
        changes.apply(
                circuit(),
                new FleetChange("circuit-breaker", "reports", "force-open", Map.of(), "alice", Instant.EPOCH),
                () -> true);
        assertThat(circuit().state()).isEqualTo(State.FORCED_OPEN);
        assertThat(output).contains("force-open by 'alice' for the fleet");
        get("/resilience/circuit-breaker/reports")
                .jsonPath("$.recentEvents[0].principal")
                .isEqualTo("alice");
        assertThat(fleet.announced).isEmpty();
    }

    @Test
    void changeOfAnotherNodeThatIsNotDueAnyMoreShouldChangeNothing(CapturedOutput output) {
        changes.apply(
                circuit(),
                new FleetChange("circuit-breaker", "reports", "force-open", Map.of(), "late", Instant.EPOCH),
                () -> false);
        assertThat(circuit().state()).isEqualTo(State.CLOSED);
        assertThat(output).doesNotContain("force-open by 'late'");
    }

    /** A listener may take long, and meanwhile, or in the listener itself, an operator makes the next change. */
    @Test
    void changesShouldBeAnnouncedInTheOrderInWhichTheyTakeEffect() {
        Subscription second = circuit().onStateChange((from, to) -> {
            if (to == State.FORCED_OPEN) {
                post("circuit-breaker/reports", "{\"action\": \"reset\", \"scope\": \"fleet\"}")
                        .expectStatus()
                        .isOk();
            }
        });
        post("circuit-breaker/reports", "{\"action\": \"force-open\", \"scope\": \"fleet\"}")
                .expectStatus()
                .isOk();
        second.close();
        assertThat(circuit().state()).isEqualTo(State.CLOSED);
        assertThat(fleet.announced).extracting(FleetChange::action).containsExactly("force-open", "reset");
    }

    @Test
    void changeThatIsNotPassedOnShouldBeKeptAndReported(CapturedOutput output) {
        fleet.unheard = Optional.of(new Problem("It has just left", "Repeat it on another node"));
        post("circuit-breaker/reports", "{\"action\": \"force-open\", \"scope\": \"fleet\"}")
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.error")
                .isEqualTo("It has just left");
        assertThat(circuit().state()).isEqualTo(State.FORCED_OPEN);
        assertThat(output).contains("for the fleet: {state=closed} -> {state=forced-open}");
    }

    @Test
    void settingsOfAnotherNodeShouldBeAppliedHere() {
        Bulkhead bulkhead = registry.find(Bulkhead.TYPE, "reports").orElseThrow();
        changes.apply(
                bulkhead,
                new FleetChange("bulkhead", "reports", "settings", Map.of("maxQueue", "3"), null, Instant.EPOCH),
                () -> true);
        assertThat(bulkhead.config().maxQueue()).isEqualTo(3);
        get("/resilience/bulkhead/reports")
                .jsonPath("$.settings.maxQueue.origin")
                .isEqualTo("operator");
    }

    @Test
    void fleetShouldBeShown() {
        get("/resilience/fleet").jsonPath("$.nodes[1]").isEqualTo("b");
        get("/resilience").jsonPath("$.fleet.nodes").isEqualTo(2);
        get("/health").jsonPath("$.components.resilience.details.fleet.nodes").isEqualTo(2);
    }

    /** Rates of the last ten seconds are in it, so that it is the same again once the calls of other tests are past. */
    @Test
    void ageOfTheViewShouldLeaveTheOverviewAsItIsKnown() {
        await().atMost(Duration.ofSeconds(60)).until(() -> statusWithAnotherAge() == 304);
        fleet.viewAge = null;
        assertThat(overview("").getResponseHeaders().getFirst(FleetViewAge.HEADER))
                .as("before the first view")
                .isNull();
    }

    private int statusWithAnotherAge() {
        fleet.viewAge = "PT0.85S";
        EntityExchangeResult<String> first = overview("");
        assertThat(first.getResponseHeaders().getFirst(FleetViewAge.HEADER)).isEqualTo("0.8");
        assertThat(first.getResponseBody()).contains("\"fleet\":{\"nodes\":2}").doesNotContain("viewAge");
        fleet.viewAge = "PT1M15.32S";
        EntityExchangeResult<String> second =
                overview(String.valueOf(first.getResponseHeaders().getETag()));
        assertThat(second.getResponseHeaders().getFirst(FleetViewAge.HEADER)).isEqualTo("75.3");
        return second.getStatus().value();
    }

    private EntityExchangeResult<String> overview(String known) {
        return http.get()
                .uri("/resilience/overview")
                .header("If-None-Match", known)
                .exchange()
                .expectBody(String.class)
                .returnResult();
    }

    @Test
    void changeForTheFleetShouldSayWhoBeginsWithIt() {
        post("circuit-breaker/reports", "{\"action\": \"disable\", \"scope\": \"fleet\"}")
                .expectStatus()
                .isOk();
        String change = "$.changes[0]";
        get("/resilience/overview")
                .jsonPath(change + ".action")
                .isEqualTo("disable")
                .jsonPath(change + ".until")
                .isEqualTo("it is half-opened or reset")
                .jsonPath(change + ".ended")
                .doesNotExist()
                .jsonPath(change + ".startersUntil")
                .value(until -> assertThat(Instant.parse(until.toString()))
                        .isBetween(
                                Instant.now().plus(Duration.ofDays(7)).minusSeconds(60),
                                Instant.now().plus(Duration.ofDays(7))));
        post("circuit-breaker/reports", "{\"action\": \"reset\"}")
                .expectStatus()
                .isOk();
        get("/resilience/overview")
                .jsonPath("$.changes[1].action")
                .isEqualTo("disable")
                .jsonPath("$.changes[1].ended")
                .isNotEmpty()
                .jsonPath("$.changes[1].startersUntil")
                .isNotEmpty(); // the other nodes are as they were
    }

    private io.netrun.resilience.circuitbreaker.CircuitBreaker circuit() {
        return registry.find(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "reports")
                .orElseThrow();
    }

    private WebTestClient.BodyContentSpec get(String uri) {
        return http.get().uri(uri).exchange().expectStatus().isOk().expectBody();
    }

    private WebTestClient.ResponseSpec post(String uri, String body) {
        return http.post()
                .uri("/resilience/" + uri)
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(body)
                .exchange();
    }

    static class Reports {

        @CircuitBreaker(name = "reports")
        public String report() {
            return "report";
        }
    }

    static class RecordingFleet implements FleetOperations {

        final List<FleetChange> announced = new CopyOnWriteArrayList<>();
        final List<FleetChange> changedHere = new CopyOnWriteArrayList<>();
        final List<FleetChange> settingsChanged = new CopyOnWriteArrayList<>();
        volatile @Nullable String viewAge = "PT0.8S";
        volatile Optional<Problem> obstacle = Optional.empty();
        volatile Optional<Problem> unheard = Optional.empty();

        @Override
        public Map<String, @Nullable Object> summary() {
            Map<String, @Nullable Object> summary = new LinkedHashMap<>();
            summary.put("nodes", 2);
            summary.put("viewAge", viewAge);
            return summary;
        }

        @Override
        public Map<String, @Nullable Object> details() {
            Map<String, @Nullable Object> details = new LinkedHashMap<>();
            details.put("nodes", List.of("a", "b"));
            return details;
        }

        @Override
        public Optional<Problem> obstacle() {
            return obstacle;
        }

        @Override
        public void settingsChanged(FleetChange change) {
            settingsChanged.add(change);
        }

        @Override
        public Optional<Problem> announce(FleetChange change) {
            announced.add(change);
            return unheard;
        }

        @Override
        public void changedHere(FleetChange change) {
            changedHere.add(change);
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
        RecordingFleet recordingFleet() {
            return new RecordingFleet();
        }
    }
}
