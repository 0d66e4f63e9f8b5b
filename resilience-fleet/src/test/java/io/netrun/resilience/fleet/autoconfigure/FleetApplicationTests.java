package io.netrun.resilience.fleet.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker.State;
import io.netrun.resilience.fleet.FleetEvent;
import io.netrun.resilience.fleet.FleetNode;
import io.netrun.resilience.fleet.FleetStore;
import io.netrun.resilience.fleet.FleetView;
import io.netrun.resilience.fleet.InMemoryFleetStore;
import io.netrun.resilience.fleet.NodeReport;
import io.netrun.resilience.spring.event.OperatorChange;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two applications as nodes of one fleet, over HTTP. */
class FleetApplicationTests {

    private final Breakable store = new Breakable();
    private FleetApplication one;
    private FleetApplication other;

    @BeforeEach
    void start() {
        one = FleetApplication.start(store);
        other = FleetApplication.start(store);
        await().untilAsserted(() -> {
            one.get("/resilience").jsonPath("$.fleet.nodes").isEqualTo(2);
            other.get("/resilience").jsonPath("$.fleet.nodes").isEqualTo(2);
        });
    }

    @AfterEach
    void stop() {
        one.close();
        other.close();
    }

    /** A store that can be taken away. */
    private static final class Breakable implements FleetStore {

        private final InMemoryFleetStore store = new InMemoryFleetStore();
        private volatile boolean broken;

        @Override
        public FleetView exchange(NodeReport report) {
            if (broken) {
                throw new IllegalStateException("no route");
            }
            return store.exchange(report);
        }
    }

    // ---- limits

    @Test
    void limitShouldBeSharedByBothNodes() {
        await().untilAsserted(() ->
                assertThat(SharedInstances.share(one.bulkhead())).isPositive().isLessThan(10));
        await().untilAsserted(() -> assertThat(
                        SharedInstances.share(one.bulkhead()) + SharedInstances.share(other.bulkhead()))
                .isLessThanOrEqualTo(10));
        one.get("/resilience/bulkhead/database")
                .jsonPath("$.settings.scope.value")
                .isEqualTo("fleet")
                .jsonPath("$.settings.scope.origin")
                .isEqualTo("annotation")
                .jsonPath("$.settings.maxConcurrent.value")
                .isEqualTo(10);
    }

    @Test
    void scopeChangedByAnOperatorShouldEndTheSharing() {
        await().untilAsserted(
                        () -> assertThat(SharedInstances.share(one.bulkhead())).isLessThan(10));
        one.post("/resilience/bulkhead/database", "{\"settings\": {\"scope\": \"node\"}}")
                .expectStatus()
                .isOk();
        await().untilAsserted(
                        () -> assertThat(SharedInstances.share(one.bulkhead())).isEqualTo(10));
        one.get("/resilience/bulkhead/database")
                .jsonPath("$.settings.scope.origin")
                .isEqualTo("operator");
        await().untilAsserted(() -> one.get("/metrics/resilience.fleet.share")
                .jsonPath("$.availableTags[?(@.tag == 'name')].values[*]")
                .isEqualTo("geocoder"));
    }

    // ---- what is shown

    @Test
    void fleetShouldBeShown() {
        await().untilAsserted(() -> one.get("/resilience/fleet")
                .jsonPath("$.name")
                .isEqualTo("shop")
                .jsonPath("$.node")
                .isEqualTo(one.bean(FleetNode.class).status().node())
                .jsonPath("$.nodes.length()")
                .isEqualTo(2)
                .jsonPath("$.viewAge")
                .isNotEmpty()
                .jsonPath("$.degraded")
                .isEmpty()
                .jsonPath("$.bulkheads.database.limit")
                .isEqualTo(10)
                .jsonPath("$.bulkheads.database.nodes")
                .isEqualTo(2)
                .jsonPath("$.rateLimiters.geocoder.limit")
                .isEqualTo(100)
                .jsonPath("$.rateLimiters.geocoder.share")
                .isNotEmpty()
                .jsonPath("$.circuitBreakers.payments.mode")
                .isEqualTo("quorum")
                .jsonPath("$.circuitBreakers.payments.votes")
                .isEqualTo(0));
        one.get("/health")
                .jsonPath("$.components.resilience.status")
                .isEqualTo("UP")
                .jsonPath("$.components.resilience.details.fleet.nodes")
                .isEqualTo(2);
    }

    @Test
    void fleetShouldHaveMeters() {
        one.get("/metrics/resilience.fleet.nodes")
                .jsonPath("$.measurements[0].value")
                .isEqualTo(2.0);
        one.get("/metrics/resilience.fleet.view.age").jsonPath("$.baseUnit").isEqualTo("seconds");
        one.get("/metrics/resilience.fleet.exchanges?tag=outcome:failed")
                .jsonPath("$.measurements[0].value")
                .isEqualTo(0.0);
        one.get("/metrics/resilience.fleet.share?tag=pattern:bulkhead&tag=name:database")
                .jsonPath("$.measurements[0].value")
                .isNotEmpty();
    }

    /** As of a static registry, which outlives the context. */
    @Test
    void metersShouldGoWithTheContext() {
        SimpleMeterRegistry lasting = new SimpleMeterRegistry();
        one.bean(FleetMeters.class).bindTo(lasting);
        assertThat(lasting.getMeters())
                .extracting(meter -> meter.getId().getName())
                .contains("resilience.fleet.nodes", "resilience.fleet.exchanges", "resilience.fleet.share");
        one.close();
        assertThat(lasting.getMeters()).isEmpty();
    }

    // ---- commands

    @Test
    void commandShouldReachAllNodesAndLateOnes() {
        one.post("/resilience/circuit-breaker/payments", "{\"action\": \"force-open\", \"scope\": \"fleet\"}")
                .expectStatus()
                .isOk();
        assertThat(one.circuit().state()).isEqualTo(State.FORCED_OPEN);
        await().untilAsserted(() -> assertThat(other.circuit().state()).isEqualTo(State.FORCED_OPEN));
        other.get("/resilience/circuit-breaker/payments")
                .jsonPath("$.recentEvents[0].event")
                .isEqualTo("operatorChange")
                .jsonPath("$.recentEvents[0].scope")
                .isEqualTo("fleet");
        other.get("/resilience/fleet")
                .jsonPath("$.commands[0].action")
                .isEqualTo("force-open")
                .jsonPath("$.commands[0].number")
                .isEqualTo(1)
                .jsonPath("$.commands[0].time")
                .isNotEmpty();
        try (FleetApplication late = FleetApplication.start(store)) {
            await().untilAsserted(() -> assertThat(late.circuit().state()).isEqualTo(State.FORCED_OPEN));
        }
    }

    @Test
    void commandThatTheStoreHasLostShouldReachNodesThatHadNotGotIt() {
        one.post("/resilience/circuit-breaker/payments", "{\"action\": \"force-open\", \"scope\": \"fleet\"}");
        await().untilAsserted(() -> assertThat(other.circuit().state()).isEqualTo(State.FORCED_OPEN));
        store.store.clear();
        await().untilAsserted(() -> assertThat(Stream.of(one, other)
                        .flatMap(node -> node.bean(FleetApplication.Received.class).events.stream()))
                .hasAtLeastOneElementOfType(FleetEvent.CommandsLost.class));
        try (FleetApplication late = FleetApplication.start(store)) {
            await().untilAsserted(() -> assertThat(late.circuit().state()).isEqualTo(State.FORCED_OPEN));
        }
        assertThat(one.bean(FleetApplication.Received.class).events)
                .filteredOn(OperatorChange.class::isInstance)
                .hasSize(1);
        assertThat(other.bean(FleetApplication.Received.class).events)
                .filteredOn(OperatorChange.class::isInstance)
                .hasSize(1);
    }

    @Test
    void laterCommandOnOneNodeShouldWinThere() {
        one.post("/resilience/circuit-breaker/payments", "{\"action\": \"force-open\", \"scope\": \"fleet\"}");
        one.post("/resilience/circuit-breaker/payments", "{\"action\": \"reset\"}");
        await().untilAsserted(() -> assertThat(other.circuit().state()).isEqualTo(State.FORCED_OPEN));
        await().untilAsserted(() ->
                one.get("/resilience/fleet").jsonPath("$.commands[0].number").isEqualTo(1));
        assertThat(one.circuit().state()).isEqualTo(State.CLOSED);
        assertThat(one.bean(FleetApplication.Received.class).events)
                .filteredOn(OperatorChange.class::isInstance)
                .hasSize(2);
    }

    @Test
    void commandShouldNotBeAppliedAgainWhenTheNodeIsRestarted() {
        one.post("/resilience/circuit-breaker/payments", "{\"action\": \"force-open\", \"scope\": \"fleet\"}");
        await().untilAsserted(() -> assertThat(other.circuit().state()).isEqualTo(State.FORCED_OPEN));
        other.post("/resilience/circuit-breaker/payments", "{\"action\": \"reset\"}");
        FleetLifecycle lifecycle = other.bean(FleetLifecycle.class);
        lifecycle.stop();
        lifecycle.start();
        await().untilAsserted(
                        () -> assertThat(other.bean(FleetNode.class).status().view())
                                .isNotNull()
                                .satisfies(view -> assertThat(view.nodes()).hasSize(2)));
        assertThat(other.circuit().state()).isEqualTo(State.CLOSED);
    }

    @Test
    void settingsForTheFleetShouldReachAllNodes() {
        one.post("/resilience/bulkhead/database", "{\"settings\": {\"maxQueue\": 7}, \"scope\": \"fleet\"}")
                .expectStatus()
                .isOk();
        await().untilAsserted(
                        () -> assertThat(other.bulkhead().config().maxQueue()).isEqualTo(7));
        other.get("/resilience/bulkhead/database")
                .jsonPath("$.settings.maxQueue.origin")
                .isEqualTo("operator");
    }

    // ---- the store is away

    @Test
    void storeThatIsAwayShouldBeAnEventAndShown() {
        FleetApplication.Received received = one.bean(FleetApplication.Received.class);
        store.broken = true;
        await().untilAsserted(() -> assertThat(received.events).hasAtLeastOneElementOfType(FleetEvent.Degraded.class));
        one.get("/resilience").jsonPath("$.fleet.degraded").isEqualTo(true);
        one.get("/resilience/fleet").jsonPath("$.degraded.cause").isNotEmpty();
        one.get("/health").jsonPath("$.components.resilience.status").isEqualTo("UP");
        one.get("/resilience/bulkhead/database")
                .jsonPath("$.recentEvents[0].event")
                .isEqualTo("degraded");
        assertThat(SharedInstances.share(one.bulkhead())).isPositive();
        store.broken = false;
        await().untilAsserted(() -> assertThat(received.events).hasAtLeastOneElementOfType(FleetEvent.Restored.class));
        await().untilAsserted(() ->
                one.get("/resilience").jsonPath("$.fleet.degraded").isEqualTo(false));
        one.get("/resilience/bulkhead/database")
                .jsonPath("$.recentEvents[0].event")
                .isEqualTo("restored");
    }
}
